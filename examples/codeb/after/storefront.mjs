// What is deployed: it says its version.
import { createServer } from 'node:http'

const [version] = process.argv.slice(2)
createServer((request, response) => {
  request.resume().once('end', () => response.end(version))
}).listen(Number(process.env.PORT), '127.0.0.1')
