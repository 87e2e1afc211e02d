import { existsSync } from "node:fs";
import { ConfigWrong, loadConfig } from "../config/load.ts";
import { openDataFaults } from "../config/machine.ts";
import { urlsFromTheNetwork } from "./verb/addresses.ts";
import { configFile } from "./verb/box.ts";
import { fail, read, say, type Verb } from "./verb/verb.ts";

const usage =
	"gondola run [--config FILE]: the daemon, in the foreground\n\n  --config FILE   default: $GONDOLA_CONFIG, or /etc/gondola/gondola.yaml";

export const run: Verb = {
	summary: "the daemon, in the foreground",
	usage,
	async run(args) {
		const given = read(args, usage, { config: { type: "string" } }, 0);
		if (typeof given === "number") return given;
		const file = configFile(given.values.config);
		if (!existsSync(file))
			return fail(1, `${file} does not exist. Write one (config/gondola.example.yaml shows how), or try the demo: gondola demo`);
		try {
			// Files that the gateway writes must not be readable by other users.
			process.umask(0o077);
			const read = loadConfig(file);
			const open = openDataFaults(read);
			if (open.length > 0) throw new ConfigWrong(open);
			const { startDaemon } = await import("../daemon/daemon.ts");
			const { openServiceManager } = await import("../daemon/watch/service-manager.ts");
			const daemon = await startDaemon(read, { configFile: file });
			const manager = openServiceManager(process.env, () => daemon.ledger.do("keepClockFloor", {}));
			manager.ready();
			say(`cockpit ${daemon.addresses.cockpit}   mqtt ${daemon.addresses.mqtt}`);
			const elsewhere = urlsFromTheNetwork(read.desk.host, daemon.addresses.cockpit);
			if (elsewhere.length > 0) say(`cockpit from the store's network: ${elsewhere.join("   ")}`);
			if (daemon.claimCode !== undefined)
				say(
					`claim code: ${daemon.claimCode}\nOpen the cockpit within 30 minutes and enter it: it makes the first person, who makes the others.`,
				);
			await new Promise<void>((resolve) => {
				for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
			});
			manager.stopping();
			await daemon.stop();
			return 0;
		} catch (error) {
			if (error instanceof ConfigWrong && error.sentences.length === 1) return fail(1, error.message);
			if (error instanceof ConfigWrong) return fail(1, `the configuration is wrong:\n  ${error.sentences.join("\n  ")}`);
			throw error;
		}
	},
};
