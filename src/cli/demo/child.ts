import { type ChildProcess, fork } from "node:child_process";

/** A child process of the demo that answers questions, one at a time. */
export interface Child {
	ask<T extends object>(order: object): Promise<T>;
	send(order: object): void;
	readonly pid: number;
	onGone(act: (why: string) => void): void;
	stop(): Promise<void>;
}

const stopPatienceMs = 8_000;
/** The runtime chooses the size of its young generation by the machine; with 2 MB each process takes 50 MB less. */
const smallNursery = "--max-semi-space-size=2";
/**
 * A young generation of 1 MB, machine code only for functions that are called some thousand times, and no copy of the runtime's own code
 * for each thread; with the last flag daemon/watch/heap.ts gives memory back. systemd/gondola.sh has the same flags.
 */
export const gatewayFlags: readonly string[] = [
	"--optimize-for-size",
	"--efficiency-mode",
	"--no-short-builtin-calls",
	"--v8-pool-size=2",
	"--expose-gc",
];
/** glibc gives each thread a heap of its own and returns little of it: 40 MB while labels are drawn. */
const env = { MALLOC_ARENA_MAX: "2", MALLOC_TRIM_THRESHOLD_: "65536" };

export function startChild(file: URL, name: string, flags: readonly string[] = [smallNursery]): Child {
	const execArgv = [...process.execArgv, ...flags];
	const child: ChildProcess = fork(file, {
		execArgv,
		env: { ...env, ...process.env },
		serialization: "advanced",
		stdio: ["ignore", "inherit", "inherit", "ipc"],
	});
	let waiting: { resolve: (answer: never) => void; reject: (error: Error) => void } | undefined;
	let gone: ((why: string) => void) | undefined;
	let stopping = false;
	child.on("message", (message: { type: string; message?: string }) => {
		const asked = waiting;
		waiting = undefined;
		if (message.type === "failed") asked?.reject(new Error(`${name}: ${message.message}`));
		else asked?.resolve(message as never);
	});
	child.on("exit", (code, signal) => {
		waiting?.reject(new Error(`${name} ended (${signal ?? code})`));
		waiting = undefined;
		if (!stopping) gone?.(signal ?? String(code));
	});
	return {
		get pid() {
			return child.pid!;
		},
		ask: (order) =>
			new Promise((resolve, reject) => {
				waiting = { resolve, reject };
				child.send(order, (error) => error && reject(error));
			}),
		send: (order) => void child.send(order),
		onGone(act) {
			gone = act;
		},
		stop: () =>
			new Promise((resolve) => {
				stopping = true;
				if (child.exitCode !== null || child.signalCode !== null) return resolve();
				const late = setTimeout(() => child.kill("SIGKILL"), stopPatienceMs);
				child.once("exit", () => {
					clearTimeout(late);
					resolve();
				});
				child.kill("SIGTERM");
			}),
	};
}
