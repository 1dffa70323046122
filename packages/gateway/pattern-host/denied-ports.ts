/**
 * Ports of a workspace that are never shown, unless an administrator allows one. A browser can be brought to send bytes
 * to them, and none of them was made for that.
 */
export const DENIED_PORTS: readonly number[] = Object.freeze([
  1099, // Java remote management
  1433, // SQL Server
  1521, // Oracle
  2049, // NFS
  2181, // ZooKeeper
  2375, // Docker
  2376, // Docker
  2379, // etcd
  2380, // etcd
  3306, // MySQL
  3389, // RDP
  4369, // Erlang port mapper
  5005, // Java debugger
  5432, // PostgreSQL
  5672, // AMQP
  5678, // Python debugger
  5900, // VNC
  5984, // CouchDB
  6379, // Redis
  6380, // Redis, TLS
  6443, // Kubernetes
  7000, // Cassandra
  8200, // Vault
  8300, // Consul
  8500, // Consul
  9042, // Cassandra
  9092, // Kafka
  9200, // Elasticsearch
  9229, // Node debugger
  9300, // Elasticsearch
  10_250, // kubelet
  10_255, // kubelet
  10_256, // kube-proxy
  11_211, // Memcached
  15_672, // RabbitMQ
  26_257, // CockroachDB
  27_017, // MongoDB
  27_018, // MongoDB
  27_019, // MongoDB
])
