import { PGlite } from "@electric-sql/pglite";
import pg from "pg";
import { makeDirectory } from "../../access/files/make-directory.ts";
import { defined } from "../../words/defined.ts";
import { lockFolder } from "../cluster/folder-lock.ts";
import { migrate } from "./migrations.ts";
import { keepOnDisk } from "./wal-to-disk.ts";

/** Reads rows by SQL. Big integers are numbers in JavaScript: everything that HQ counts stays below 2^53. */
export interface Queries {
	query<R = Record<string, unknown>>(sql: string, params?: readonly unknown[]): Promise<R[]>;
}

/**
 * HQ's database: PostgreSQL 15 or newer, or the same SQL in this process (PGlite). Every change goes through `transaction`, whose promise
 * resolves when the commit is on disk; `query` is for reading.
 */
export interface Db extends Queries {
	readonly kind: "postgres" | "embedded";
	transaction<T>(fn: (tx: Queries) => Promise<T>): Promise<T>;
	/** Checkpoint and vacuum for the embedded database, which has no background processes. Nothing on PostgreSQL. */
	maintain(): Promise<void>;
	close(): Promise<void>;
}

/** A folder on disk, a postgres:// address, or neither: in memory, for tests. */
export type DatabaseOptions = { dataDir: string } | ({ url: string } & PostgresOptions) | { memory: true };

interface PostgresOptions {
	connections?: number;
	/** How long a statement may take; left out: without a limit. */
	answerWithinMs?: number;
}

/** `upTo`: the shape to bring it to; left out: this build's. */
export async function openDatabase(options: DatabaseOptions, upTo?: number): Promise<Db> {
	const db =
		"url" in options ? await openPostgres(options.url, options) : await openEmbedded("dataDir" in options ? options.dataDir : undefined);
	try {
		await migrate(db, upTo);
	} catch (error) {
		await db.close();
		throw error;
	}
	return db;
}

/**
 * The embedded database has no background process that makes checkpoints: without one the write-ahead log grows, and after a crash all of
 * it is read.
 */
const walBytesBeforeCheckpoint = 64 * 2 ** 20;
const vacuumEveryMs = 3_600_000;

/** 32 MB of shared buffers instead of 128: HQ's hot rows are few, and wasm memory never shrinks. */
const embeddedParams = [...PGlite.defaultStartParams, "-c", "shared_buffers=32MB"];

async function openEmbedded(dataDir: string | undefined): Promise<Db> {
	if (dataDir) makeDirectory(dataDir, 0o700);
	const letGo = dataDir ? lockFolder(dataDir) : undefined;
	const options = { ...(dataDir && { dataDir }), relaxedDurability: false, startParams: embeddedParams };
	const lite = await PGlite.create(options).catch((error: unknown) => {
		letGo?.();
		throw error;
	});
	const disk = dataDir ? keepOnDisk(dataDir) : undefined;
	let vacuumedMs = performance.now();
	const rows = async <R>(on: Pick<PGlite, "query">, sql: string, params?: readonly unknown[]): Promise<R[]> =>
		(await on.query<R>(sql, params as unknown[] | undefined)).rows as R[];
	return {
		kind: "embedded",
		query: (sql, params) => rows(lite, sql, params),
		async transaction(fn) {
			const answer = await lite.transaction((tx) => fn({ query: (sql, params) => rows(tx as unknown as PGlite, sql, params) }));
			await disk?.sync();
			return answer;
		},
		async maintain() {
			if (disk && (await disk.walBytes()) > walBytesBeforeCheckpoint) {
				await lite.exec("CHECKPOINT");
				await disk.syncEverything();
			}
			if (performance.now() - vacuumedMs < vacuumEveryMs) return;
			vacuumedMs = performance.now();
			// One table at a time: a statement runs on this thread, and no request is answered meanwhile.
			for (const { name } of await rows<{ name: string }>(lite, "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'")) {
				await lite.exec(`VACUUM ANALYZE "${name}"`);
			}
		},
		async close() {
			await lite.close();
			await disk?.syncEverything();
			letGo?.();
		},
	};
}

// bigint columns hold counts, versions and minor units, all below 2^53.
const parsers: pg.CustomTypesConfig = {
	getTypeParser: (id: number, format?: "text" | "binary") => (id === 20 ? Number : pg.types.getTypeParser(id, format as "text")),
};

/** Opens a PostgreSQL database; does not create or migrate its tables. */
export async function openPostgres(url: string, { connections = 8, answerWithinMs }: PostgresOptions): Promise<Db> {
	const pool = new pg.Pool({
		connectionString: url,
		max: connections,
		types: parsers,
		connectionTimeoutMillis: 10_000,
		...defined({ query_timeout: answerWithinMs }),
	});
	// An idle connection that the server closes is replaced at the next query; without a listener it would end the process.
	pool.on("error", () => {});
	// The pool does not listen while it hands a connection over: a server that dies may report it together with its last answer.
	pool.on("connect", (client) => client.on("error", () => {}));
	return {
		kind: "postgres",
		query: async (sql, params) => (await pool.query(sql, params as unknown[] | undefined)).rows,
		async transaction(fn) {
			const client = await pool.connect();
			let broken: Error | undefined;
			// The pool listens only to idle connections: without a listener a broken connection in use would end the process.
			const breaks = (error: Error): void => void (broken = error);
			client.on("error", breaks);
			try {
				await client.query("BEGIN");
				const answer = await fn({ query: async (sql, params) => (await client.query(sql, params as unknown[] | undefined)).rows });
				await client.query("COMMIT");
				return answer;
			} catch (error) {
				await client.query("ROLLBACK").catch((failed: Error) => (broken = failed));
				throw error;
			} finally {
				client.off("error", breaks);
				client.release(broken);
			}
		},
		maintain: async () => {},
		close: () => pool.end(),
	};
}
