import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
	accessSync,
	chownSync,
	closeSync,
	constants,
	mkdirSync,
	mkdtempSync,
	openSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** PostgreSQL refuses to run as root, and the others need no more rights either. */
const nobody = 65_534;
const isRoot = process.getuid?.() === 0;

/** Debian keeps servers where a user's PATH does not look. */
const places = [...(process.env["PATH"] ?? "").split(":"), "/usr/sbin", "/sbin", "/usr/lib/postgresql/15/bin", "/usr/lib/rabbitmq/bin"];

/** The program's path, or undefined where it is not installed. */
export function whereIs(program: string): string | undefined {
	return places
		.map((place) => join(place, program))
		.find((path) => {
			try {
				accessSync(path, constants.X_OK);
				return true;
			} catch {
				return false;
			}
		});
}

/** A temporary folder that the engines may write to. */
export interface Room {
	path: string;
	folder(name: string): string;
	/** Readable by its owner alone; Erlang insists on that for its cookie. */
	write(path: string, text: string): string;
	clear(): void;
}

export function openRoom(): Room {
	const path = mkdtempSync(join(tmpdir(), "gondola-engines-"));
	const own = (folder: string): string => {
		if (isRoot) chownSync(folder, nobody, nobody);
		return folder;
	};
	own(path);
	return {
		path,
		folder(name) {
			mkdirSync(join(path, name), { recursive: true, mode: 0o700 });
			return own(join(path, name));
		},
		write(file, text) {
			writeFileSync(file, text, { mode: 0o600 });
			return own(file);
		},
		clear: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }),
	};
}

/** Without rights, and dead when we are: a test that is killed leaves no broker behind. */
function unprivileged(program: string, args: readonly string[]): [string, string[]] {
	const drop = isRoot ? [`--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"] : [];
	return ["setpriv", [...drop, "--pdeathsig", "KILL", "--", program, ...args]];
}

export interface Running {
	process: ChildProcess;
	/** The whole process group at once, as the kernel or a power cut would. */
	kill(signal?: NodeJS.Signals): Promise<void>;
	/** The end of what it said, for a failing test. */
	said(): string;
}

export function run(
	program: string,
	args: readonly string[],
	options: { env?: Record<string, string>; log: string; cwd: string },
): Running {
	const file = openSync(options.log, "a");
	const [command, all] = unprivileged(program, args);
	const child = spawn(command, all, {
		cwd: options.cwd,
		detached: true,
		stdio: ["ignore", file, file],
		env: { PATH: process.env["PATH"] ?? "", LC_ALL: "C.UTF-8", HOME: options.cwd, ...options.env },
	});
	closeSync(file);
	const gone = once(child, "exit");
	return {
		process: child,
		async kill(signal = "SIGKILL") {
			if (child.exitCode !== null || child.signalCode !== null) return;
			try {
				process.kill(-child.pid!, signal);
			} catch (error) {
				if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
			}
			await gone;
		},
		said: () => readFileSync(options.log, "utf8").split("\n").slice(-30).join("\n"),
	};
}

/** Runs a program to its end. Throws with what it said when it fails. */
export function runToEnd(program: string, args: readonly string[], cwd: string): void {
	const [command, all] = unprivileged(program, args);
	const ended = spawnSync(command, all, { cwd, encoding: "utf8", env: { PATH: process.env["PATH"] ?? "", LC_ALL: "C.UTF-8", HOME: cwd } });
	if (ended.status !== 0) throw new Error(`${program} failed (${ended.status ?? ended.signal}): ${ended.stderr}${ended.stdout}`);
}

export function answers(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect(port, "127.0.0.1");
		socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
		socket.once("connect", () => socket.destroy());
	});
}

/** Until something listens on the port; throws with the engine's last words if that takes too long. */
export async function untilItListens(port: number, engine: Running, withinMs: number): Promise<void> {
	const until = performance.now() + withinMs;
	while (!(await answers(port))) {
		const { exitCode, signalCode } = engine.process;
		if (exitCode !== null || performance.now() > until) {
			throw new Error(`nothing listens on ${port} (${exitCode ?? signalCode ?? "still starting"}):\n${engine.said()}`);
		}
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}
