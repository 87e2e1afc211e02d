import { createServer } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { deviceChecks } from "../../src/cli/doctor/devices.ts";
import { parseConfig } from "../../src/config/load.ts";

it("the doctor asks each label's address while the gateway is stopped, and none while it runs: a label obeys one client", async () => {
	let met = 0;
	const server = createServer((socket) => {
		met += 1;
		socket.destroy();
	});
	onTestFinished(() => void server.close());
	await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
	const { port } = server.address() as { port: number };
	const { devices } = parseConfig(`store: "0117"
devices:
  - id: wall
    family: label
    protocol: opendisplay
    labels:
      - { label: "D8:3B:DA:00:00:01", host: 127.0.0.1, port: ${port} }
      - { label: "D83BDA000002", host: 127.0.0.2, port: 1 }
`);
	const checks = await deviceChecks(devices, false);
	expect(checks.map(({ about, state }) => [about, state])).toEqual([
		["0000D83BDA000001", "right"],
		["0000D83BDA000002", "wrong"],
	]);
	expect(met).toBe(1);
	expect(await deviceChecks(devices, true)).toEqual([]);
	expect(met).toBe(1);
});
