// A local chain as a process of its own: prints its URL as one JSON line and serves until it is told to stop.
import hre from "hardhat";

const server = await hre.network.createServer("local", "127.0.0.1", 0);
const { address, port } = await server.listen();
console.log(JSON.stringify({ url: `http://${address}:${port}` }));

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => void server.close().then(() => process.exit(0)));
}
