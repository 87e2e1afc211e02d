import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

/** A process of ours that answers questions and may be killed at any time. */
export interface Child {
	process: ChildProcess;
	/** What it said when it was up. */
	up: unknown;
	/** Rejects when the process ends before it answers. */
	ask<T>(question: object): Promise<T>;
	/** Throws with its last words when it ended without being killed: nobody starts it again, and waiting for it is in vain. */
	mustLive(): void;
	kill(): Promise<void>;
}

export async function startChild(file: string, order: object): Promise<Child> {
	const child = fork(new URL(file, import.meta.url), [JSON.stringify(order)], {
		execArgv: ["--no-warnings"],
		stdio: ["ignore", "inherit", "pipe", "ipc"],
	});
	let complaints = "";
	child.stderr!.on("data", (piece: Buffer) => (complaints = `${complaints}${piece}`.slice(-4_000)));
	const waiting = new Map<number, { resolve: (answer: never) => void; reject: (error: Error) => void }>();
	let n = 0;
	let killed = false;
	let crash: string | undefined;
	child.on("message", ({ n, answer }: { n: number; answer: never }) => {
		waiting.get(n)?.resolve(answer);
		waiting.delete(n);
	});
	child.on("error", () => {});
	child.on("exit", (code, signal) => {
		for (const { reject } of waiting.values()) reject(new Error(`${file} ended (${signal ?? code}): ${complaints}`));
		waiting.clear();
		// A crash of its own must not pass for one of ours.
		if (!killed) crash = `${file} ended by itself (${signal ?? code}): ${complaints}`;
		if (code !== 0 && crash !== undefined) console.error(`!!!!!! ${crash}`);
	});
	const answer = <T>(of: number): Promise<T> => new Promise<T>((resolve, reject) => waiting.set(of, { resolve, reject }));
	const up = await answer(0);
	return {
		process: child,
		up,
		ask<T>(question: object) {
			n += 1;
			const answered = answer<T>(n);
			if (!child.connected) waiting.get(n)!.reject(new Error(`${file} has ended: ${complaints}`));
			else child.send({ n, ...question }, () => {});
			return answered;
		},
		mustLive() {
			if (crash !== undefined) throw new Error(crash);
		},
		async kill() {
			if (child.exitCode !== null || child.signalCode !== null) return;
			killed = true;
			child.kill("SIGKILL");
			await once(child, "exit");
		},
	};
}
