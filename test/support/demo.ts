import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface RunningDemo {
	cockpit: string;
	hq: string;
	mqtt: string;
	data: string;
	readyAfterMs: number;
	process: ChildProcess;
	/** Kills the gateway's process, which the demo starts again on its ports. */
	killGateway(): void;
	/** Cuts everything off at once, children included, as a power cut would end the processes. */
	kill(): Promise<void>;
	stop(): Promise<void>;
}

/** The demo as a newcomer starts it, but headless and on free ports. `takesFaults`: with a channel over which its gateway can be killed. */
export async function startDemo(data: string, args: string[] = [], takesFaults = false): Promise<RunningDemo> {
	const began = performance.now();
	const child = spawn(
		process.execPath,
		["src/cli/main.ts", "demo", "--headless", "--port", "0", "--hq-port", "0", "--mqtt-port", "0", "--data", data, ...args],
		{ stdio: ["ignore", "pipe", "pipe", ...(takesFaults ? (["ipc"] as const) : [])], cwd: new URL("../..", import.meta.url) },
	);
	let complaints = "";
	child.stderr!.on("data", (piece: Buffer) => (complaints += piece.toString()));
	const line = await new Promise<string>((resolve, reject) => {
		createInterface({ input: child.stdout! }).once("line", resolve);
		child.once("exit", (code) => reject(new Error(`the demo ended with ${code}: ${complaints}`)));
	});
	const { cockpit, hq, mqtt } = JSON.parse(line) as { cockpit: string; hq: string; mqtt: string };
	const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
	return {
		cockpit,
		hq,
		mqtt,
		data,
		process: child,
		readyAfterMs: performance.now() - began,
		killGateway: () => void child.send({ do: "kill-gateway" }),
		async kill() {
			child.kill("SIGKILL");
			await gone;
		},
		async stop() {
			child.kill("SIGTERM");
			await gone;
		},
	};
}

export async function get<T>(base: string, path: string): Promise<T> {
	const answer = await fetch(new URL(path, base));
	if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
	return (await answer.json()) as T;
}

export async function post<T>(base: string, path: string, body: unknown): Promise<{ status: number; body: T }> {
	const answer = await fetch(new URL(path, base), {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify(body),
	});
	return { status: answer.status, body: (await answer.json()) as T };
}
