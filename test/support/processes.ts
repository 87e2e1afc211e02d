/** The real programs, as an operator starts them; each ended by whoever began it. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./ports.ts";

const main = join(import.meta.dirname, "../../src/cli/main.ts");
/** The tests' own settings must not reach the program. */
const environment = (): NodeJS.ProcessEnv =>
	Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("GONDOLA_")));

export interface Said {
	code: number;
	out: string;
	err: string;
}

export function gondola(...args: string[]): Promise<Said> {
	return new Promise((resolve) => {
		execFile(process.execPath, [main, ...args], { env: environment(), timeout: 60_000 }, (error, out, err) =>
			resolve({ code: error ? Number(error.code ?? 1) : 0, out, err }),
		);
	});
}

export interface Running {
	said(): string;
	/** Resolves when the output has it. */
	until(pattern: RegExp): Promise<RegExpExecArray>;
	stop(): Promise<void>;
	/** As a power cut ends a process; resolves when it is gone. */
	kill(): Promise<void>;
}

export const start = (...args: string[]): Running => startAs(undefined, ...args);

/** As the user and group of that number; undefined: as whoever runs the tests. */
export function startAs(user: number | undefined, ...args: string[]): Running {
	const child: ChildProcess = spawn(process.execPath, [main, ...args], {
		env: environment(),
		stdio: ["ignore", "pipe", "pipe"],
		...(user !== undefined && { uid: user, gid: user }),
	});
	let said = "";
	const looks = new Set<() => void>();
	const hear = (piece: Buffer): void => {
		said += piece.toString("utf8");
		for (const look of [...looks]) look();
	};
	child.stdout!.on("data", hear);
	child.stderr!.on("data", hear);
	const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
	return {
		said: () => said,
		until(pattern) {
			return new Promise((resolve, reject) => {
				const look = (): void => {
					const found = pattern.exec(said);
					if (!found) return;
					looks.delete(look);
					resolve(found);
				};
				looks.add(look);
				look();
				void gone.then(() => reject(new Error(`ended before it said ${pattern}: ${said.slice(-2_000)}`)));
			});
		},
		async stop() {
			child.kill("SIGTERM");
			const killing = setTimeout(() => child.kill("SIGKILL"), 15_000);
			await gone;
			clearTimeout(killing);
		},
		async kill() {
			child.kill("SIGKILL");
			await gone;
		},
	};
}

export interface Office extends Running {
	folder: string;
	url: string;
	linePort: number;
	/** An administrator's. */
	token: string;
	/** Asks as an administrator. */
	ask(path: string, more?: RequestInit): Promise<Response>;
	/** The operator's command line, asking this head office. */
	hq(...args: string[]): Promise<Said>;
	/** Starts it again on the same folder. */
	again(): Promise<void>;
	end(): Promise<void>;
}

/** Head office with everything embedded. */
export async function startOffice(...more: string[]): Promise<Office> {
	const folder = mkdtempSync(join(tmpdir(), "office-"));
	const [port, linePort] = [await freePort(), await freePort()];
	const url = `http://127.0.0.1:${port}`;
	const begin = async (): Promise<Running> => {
		const running = start("hq", "run", "--data", folder, "--port", String(port), "--line-port", String(linePort), ...more);
		await running.until(/head office http/);
		return running;
	};
	let running = await begin();
	const [, code] = await running.until(/claim code: (\S+)/);
	const claim = { code, name: "olga", password: "head office opens at six" };
	const headers = { "content-type": "application/json" };
	const claimed = await fetch(`${url}/api/v1/claim`, { method: "POST", headers, body: JSON.stringify(claim) });
	if (claimed.status !== 201) throw new Error(await claimed.text());
	const token = (await gondola("hq", "token", "add", "test", "--role", "admin", "--data", folder)).out.trim();
	return {
		folder,
		url,
		token,
		ask: (path, more = {}) => fetch(url + path, { ...more, headers: { authorization: `Bearer ${token}`, ...more.headers } }),
		linePort,
		said: () => running.said(),
		until: (pattern) => running.until(pattern),
		stop: () => running.stop(),
		kill: () => running.kill(),
		hq: (...args) => gondola("hq", ...args, "--data", folder),
		async again() {
			await running.stop();
			running = await begin();
		},
		async end() {
			await running.stop();
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

export interface BoxFolder {
	folder: string;
	config: string;
	data: string;
	secret(name: string): string;
	enroll(code: string): Promise<Said>;
	run(): Promise<Running>;
	remove(): void;
}

/** `more` follows as it is; `ofBroker` and `ofDesk` are lines of these sections. */
export async function newBox(store: string, more = "", ofBroker: string[] = [], ofDesk: string[] = []): Promise<BoxFolder> {
	const folder = mkdtempSync(join(tmpdir(), "box-"));
	const config = join(folder, "gondola.yaml");
	const data = join(folder, "data");
	const section = (port: number, lines: string[]): string => [`port: ${port}`, ...lines].map((line) => `\n  ${line}`).join("");
	const [desk, broker] = [await freePort(), await freePort()];
	writeFileSync(
		config,
		`# our shop\nstore: "${store}" # as on the door\ndata: ${data}\ndesk:${section(desk, ofDesk)}\nbroker:${section(broker, ofBroker)}\n${more}`,
	);
	return {
		folder,
		config,
		data,
		secret: (name) => join(data, "secrets", name),
		enroll: (code) => gondola("enroll", code, "--config", config),
		async run() {
			const running = start("run", "--config", config);
			await running.until(/cockpit http/);
			return running;
		},
		remove: () => rmSync(folder, { recursive: true, force: true }),
	};
}

export function codeIn({ out }: Said): string {
	const code = /^code: (GE1\.[\w-]+)\n$/.exec(out)?.[1];
	if (code === undefined) throw new Error(`no code in: ${out}`);
	return code;
}
