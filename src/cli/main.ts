import { keepCompiled } from "./build/compile-cache.ts";
import { didYouMean, fail, type Verb } from "./verb/verb.ts";

keepCompiled(process.env);

/** Each verb loads its code only when it is run: `gondola status` must not wait for a database driver. */
const verbs: Record<string, () => Promise<Verb>> = {
	demo: async () => (await import("./demo/demo.ts")).demo,
	run: async () => (await import("./run.ts")).run,
	config: async () => (await import("./config.ts")).config,
	status: async () => (await import("./store/status.ts")).status,
	trace: async () => (await import("./devices/trace.ts")).trace,
	doctor: async () => (await import("./doctor/doctor.ts")).doctor,
	diagnostics: async () => (await import("./doctor/diagnostics.ts")).diagnostics,
	devices: async () => (await import("./devices/devices.ts")).devices,
	labels: async () => (await import("./store/lists.ts")).labels,
	alarms: async () => (await import("./store/lists.ts")).alarms,
	events: async () => (await import("./store/events.ts")).events,
	audit: async () => (await import("./store/audit.ts")).audit,
	price: async () => (await import("./store/price.ts")).price,
	prove: async () => (await import("./evidence/prove.ts")).prove,
	verify: async () => (await import("./evidence/verify.ts")).verify,
	prices: async () => (await import("./store/prices.ts")).prices,
	stock: async () => (await import("./store/stock.ts")).stock,
	orders: async () => (await import("./store/orders.ts")).orders,
	scan: async () => (await import("./store/scan.ts")).scan,
	print: async () => (await import("./store/print.ts")).print,
	accounts: async () => (await import("./store/accounts.ts")).accounts,
	pair: async () => (await import("./store/pair.ts")).pair,
	hq: async () => (await import("./hq/hq.ts")).hq,
	setup: async () => (await import("./setup/setup.ts")).setup,
	enroll: async () => (await import("./enrolment/enroll.ts")).enroll,
	user: async () => (await import("./store/people.ts")).user,
	token: async () => (await import("./store/people.ts")).token,
	backup: async () => (await import("./ledger/backup.ts")).backup,
	restore: async () => (await import("./ledger/restore.ts")).restore,
	reset: async () => (await import("./ledger/reset.ts")).reset,
	faults: async () => (await import("./ledger/faults.ts")).faults,
};

async function main(): Promise<number> {
	const [name, ...rest] = process.argv.slice(2);
	if (name === undefined || name === "--help" || name === "-h" || name === "help") {
		process.stdout.write(await overview());
		return name === undefined ? 2 : 0;
	}
	if (name === "--version") {
		const { version } = await import("../daemon/version.ts");
		process.stdout.write(`${version}\n`);
		return 0;
	}
	const load = verbs[name];
	if (!load) return fail(2, `there is no verb "${name}"${didYouMean(name, Object.keys(verbs))} Try: gondola --help`);
	const verb = await load();
	if (rest.includes("--help") || rest.includes("-h")) {
		process.stdout.write(`${verb.usage}\n`);
		return 0;
	}
	return verb.run(rest);
}

/** An error of the system about a file, as a sentence; other errors are sentences already. */
function sentenceOf(error: NodeJS.ErrnoException): string {
	const reasons: Record<string, string> = {
		ENOENT: "there is no such file or directory",
		EACCES: "you may not; run it as root, or as the user that runs Gondola",
		EISDIR: "it is a directory",
		ENOTDIR: "a part of its path is no directory",
		ENOSPC: "the disk is full",
		EROFS: "the disk cannot be written to",
	};
	const reason = error.code === undefined ? undefined : reasons[error.code];
	return reason !== undefined && error.path !== undefined ? `${error.path}: ${reason}.` : error.message;
}

async function overview(): Promise<string> {
	const rows = await Promise.all(Object.entries(verbs).map(async ([name, load]) => `  ${name.padEnd(11)} ${(await load()).summary}`));
	return [
		"gondola: the gateway of a retail store",
		"",
		...rows,
		"",
		"gondola <verb> --help says more. --json wherever something is printed.",
		"",
	].join("\n");
}

// `gondola events --follow | head -3`: the reader has closed the pipe, which is not an error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
	if (error.code === "EPIPE") process.exit(0);
	throw error;
});

main().then(
	(code) => {
		// Output must reach a pipe before the process ends, so the event loop is left to drain by itself.
		process.exitCode = code;
	},
	(error: Error) => {
		process.exitCode = fail(1, sentenceOf(error));
	},
);
