import type { Weakness } from "./weaknesses.ts";

/** Places where whoever is slow, silent, numerous or hidden would be let harm others; as in weaknesses.ts. */
export const slowWeaknesses: Weakness[] = [
	{
		name: "head office reads requests as they should not be written",
		file: "src/hq/http/server.ts",
		in: "buildHttp",
		find: "const server = createServer(handler);",
		replace: "const server = createServer({ insecureHTTPParser: true }, handler);",
		test: "test/attack/slow-and-hidden.test.ts",
		attack: "head office: by",
	},
	{
		name: "one address takes as many connections of the ePOS door as it likes",
		file: "src/epos/epos.ts",
		in: "startEpos",
		find: "boundConnections(server, connectionsMost);",
		replace: "boundConnections(server, { ofOne: 100_000, all: 100_000 });",
		test: "test/attack/slow-and-hidden.test.ts",
		attack: "at the ePOS door fill the share",
	},
	{
		name: "a subscriber that takes nothing may have as much waiting as is sent",
		file: "src/broker/limits.ts",
		in: "defaultLimits",
		find: `backlogBytes: 2 * 1024 * 1024,
			stuckMs: 8_000,`,
		replace: `backlogBytes: 4_096 * 1024 * 1024,
			stuckMs: 800_000,`,
		test: "test/attack/slow-and-hidden.test.ts",
		attack: "takes nothing is cut or passed over",
	},
	{
		name: "passwords are checked in the order in which they came, whoever sent them",
		file: "src/access/sign-in.ts",
		in: "openSignIn",
		find: "const checked = turns.take(network, known.has(pair), async () => {",
		replace: 'const checked = turns.take("everybody", false, async () => {',
		test: "test/attack/slow-and-hidden.test.ts",
		attack: "a flood of wrong passwords",
	},
	{
		name: "a price in another currency goes on without a second person",
		file: "src/rails/rails.ts",
		find: "if (rails.currencies.length > 0 && !rails.currencies.includes(change.currency))",
		replace: "if (rails.currencies.length > 99 && !rails.currencies.includes(change.currency))",
		test: "test/attack/price-doors.test.ts",
		attack: "another currency",
	},
];
