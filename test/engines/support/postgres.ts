import { join } from "node:path";
import pg from "pg";
import { freePorts } from "../../support/ports.ts";
import { type Room, type Running, run, runToEnd, untilItListens, whereIs } from "./program.ts";

export interface Postgres {
	url: string;
	/** As a power cut: no checkpoint, no goodbye. */
	kill(): Promise<void>;
	start(): Promise<void>;
	/** A database of its own for one test; answers its address. */
	database(name: string): Promise<string>;
	query<R>(database: string, sql: string, params?: unknown[]): Promise<R[]>;
	stop(): Promise<void>;
}

/** PostgreSQL as an operator would leave it: fsync on, everything else by default. */
export async function openPostgres(room: Room): Promise<Postgres> {
	const [port] = (await freePorts(1)) as [number];
	const home = room.folder("postgres");
	const data = join(home, "data");
	runToEnd(whereIs("initdb")!, ["-D", data, "-U", "gondola", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"], home);
	let running: Running | undefined;
	const url = `postgres://gondola@127.0.0.1:${port}`;

	const postgres: Postgres = {
		url: `${url}/postgres`,
		async start() {
			const until = performance.now() + 30_000;
			// The killed server's children end a moment after it; before that, PostgreSQL refuses to start on their memory.
			for (;;) {
				running ??= run(
					whereIs("postgres")!,
					["-D", data, "-p", String(port), "-c", "listen_addresses=127.0.0.1", "-c", `unix_socket_directories=${home}`],
					{ cwd: home, log: join(home, "log") },
				);
				try {
					await untilItListens(port, running, until - performance.now());
					break;
				} catch (error) {
					if (performance.now() > until) throw error;
					await running.kill();
					running = undefined;
					await new Promise((resolve) => setTimeout(resolve, 200));
				}
			}
			// It listens before it has read its log again.
			for (;;) {
				try {
					await postgres.query("postgres", "SELECT 1");
					return;
				} catch (error) {
					if (performance.now() > until) throw error;
					await new Promise((resolve) => setTimeout(resolve, 100));
				}
			}
		},
		async kill() {
			await running?.kill("SIGKILL");
			running = undefined;
		},
		async database(name) {
			await postgres.query("postgres", `CREATE DATABASE ${name}`);
			return `${url}/${name}`;
		},
		async query<R>(database: string, sql: string, params: unknown[] = []) {
			const client = new pg.Client({ connectionString: `${url}/${database}`, connectionTimeoutMillis: 5_000 });
			client.on("error", () => {});
			await client.connect();
			try {
				return (await client.query(sql, params)).rows as R[];
			} finally {
				await client.end().catch(() => {});
			}
		},
		async stop() {
			await running?.kill("SIGQUIT");
			running = undefined;
		},
	};
	await postgres.start();
	return postgres;
}
