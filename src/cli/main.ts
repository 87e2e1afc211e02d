import { keepCompiled } from "./build/compile-cache.ts";
import { usageFor } from "./verb/usage.ts";
import { didYouMean, fail } from "./verb/verb.ts";
import { verbs } from "./verbs.ts";

keepCompiled(process.env);

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
		process.stdout.write(`${usageFor(verb.usage, rest)}\n`);
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
for (const stream of [process.stdout, process.stderr])
	stream.on("error", (error: NodeJS.ErrnoException) => {
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
