/** Programs that a test kills, and a line between two of them that is slow. */
import { type ChildProcess, spawn } from "node:child_process";
import { connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { until } from "../support/until.ts";

const main = join(import.meta.dirname, "../../src/cli/main.ts");

export interface Program {
	said(): string;
	kill(): void;
	stop(): void;
	gone: Promise<void>;
	until(pattern: RegExp): Promise<RegExpExecArray>;
}

export function startProgram(...args: string[]): Program {
	const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("GONDOLA_")));
	const child: ChildProcess = spawn(process.execPath, [main, ...args], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
	let said = "";
	for (const stream of [child.stdout!, child.stderr!]) stream.on("data", (piece: Buffer) => (said += piece.toString("utf8")));
	let isGone = false;
	const gone = new Promise<void>((resolve) =>
		child.once("exit", () => {
			isGone = true;
			resolve();
		}),
	);
	return {
		said: () => said,
		kill: () => void child.kill("SIGKILL"),
		stop: () => void child.kill("SIGTERM"),
		gone,
		async until(pattern) {
			await until(() => {
				if (isGone && !pattern.test(said)) throw new Error(`ended before it said ${pattern}: ${said.slice(-2_000)}`);
				return pattern.test(said);
			}, `it says ${pattern}`);
			return pattern.exec(said)!;
		},
	};
}

export async function runVerb(...args: string[]): Promise<{ code: number; out: string; err: string }> {
	const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("GONDOLA_")));
	const child = spawn(process.execPath, [main, ...args], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
	let [out, err] = ["", ""];
	child.stdout.on("data", (piece: Buffer) => (out += piece.toString("utf8")));
	child.stderr.on("data", (piece: Buffer) => (err += piece.toString("utf8")));
	const code = await new Promise<number>((resolve) => child.once("close", (status) => resolve(status ?? 1)));
	return { code, out, err };
}

/** Passes bytes on, each piece so much later. */
export async function lateLine(to: number, lateMs: number): Promise<{ port: number; stop(): void }> {
	const open = new Set<Socket>();
	const server: Server = createServer((from) => {
		const onward = connect(to, "127.0.0.1");
		for (const [a, b] of [
			[from, onward],
			[onward, from],
		] as const) {
			open.add(a);
			a.on("data", (piece) => void (lateMs === 0 ? b.write(piece) : setTimeout(() => b.writable && b.write(piece), lateMs)));
			a.on("error", () => {});
			a.on("close", () => {
				open.delete(a);
				b.destroy();
			});
		}
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return {
		port: (server.address() as { port: number }).port,
		stop() {
			server.close();
			for (const socket of open) socket.destroy();
		},
	};
}
