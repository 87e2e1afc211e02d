/** Head office with its real database, repositories and line. The database is opened once a process and emptied for each run. */
import { type Db, openDatabase } from "../../../../src/hq/database/database.ts";
import { type HqLine, startHqLine } from "../../../../src/hq/line/line.ts";
import { openRepositories, type Repositories } from "../../../../src/hq/repositories.ts";
import type { Broker } from "../broker.ts";
import { officeClientId } from "../office/head-office.ts";
import { type Disk, openDisk, type World } from "../time.ts";

export interface RealOffice {
	disk: Disk;
	/** Head office's own memory of everything, read without its process: for opening the shop, and for the judge. */
	raw: Repositories;
	db: Db;
	start(): void;
	/** Everything that was not committed is gone, and so is everybody who waited for an answer. */
	crash(offMs: number): void;
	stop(): void;
	isOn(): boolean;
	/** A request of the online shop. Never settles where the process goes down before it answers; rejects while it is down. */
	ask<T>(what: (repositories: Repositories, db: Db) => Promise<T>): Promise<T>;
}

/** Rows of these tables come with the migrations, and no run changes them. */
const keptTables = ["migration", "shard_lease", "access"];

const runsBeforeCheckpoint = 10;

interface OpenedDatabase {
	db: Db;
	empty(): Promise<void>;
}

/** Modules that are loaded with a planted mistake in them are others than these, and share this database all the same. */
const place: unique symbol = Symbol.for("gondola: head office's database in simulations") as never;
const shared = globalThis as { [place]?: Promise<OpenedDatabase> };

/** One database for all runs of a process: to open one takes longer than a run. */
async function emptyDatabase(): Promise<Db> {
	shared[place] ??= openDatabase({ memory: true }).then(async (db) => {
		const rows = await db.query<{ name: string }>("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'");
		const tables = rows.map(({ name }) => name).filter((name) => !keptTables.includes(name) && name !== "counter");
		const truncate = `TRUNCATE ${tables.map((name) => `"${name}"`).join(", ")} RESTART IDENTITY`;
		let runs = 0;
		return {
			db,
			async empty() {
				await db.transaction(async (tx) => {
					await tx.query(truncate);
					await tx.query("UPDATE counter SET last = 0");
				});
				// In memory nobody does it, and the log of all runs would stay.
				if ((runs += 1) % runsBeforeCheckpoint === 0) await db.query("CHECKPOINT");
			},
		};
	});
	const { db, empty } = await shared[place];
	await empty();
	return db;
}

interface OfficeProcess {
	life: { alive: boolean };
	repositories: Repositories;
	db: Db;
	line?: HqLine;
}

export async function openRealOffice(world: World, broker: Broker): Promise<RealOffice> {
	const db = await emptyDatabase();
	const disk = openDisk(world, 12);
	const wall = (): string => new Date(world.trueMs()).toISOString();
	const never = new Promise<never>(() => {});
	let process: OfficeProcess | undefined;

	/** The database as one process of head office sees it: what it asked for is answered to nobody once it is gone. */
	function seenBy(own: { alive: boolean }): Db {
		const unlessGone = async <T>(work: Promise<T>): Promise<T> => {
			world.hold(work.catch(() => {}));
			const answer = await work;
			return own.alive ? answer : never;
		};
		return {
			...db,
			query: (sql, params) => (own.alive ? unlessGone(db.query(sql, params)) : never) as never,
			transaction: (work) => (own.alive ? disk.write(() => db.transaction(work)) : never),
		};
	}

	const office: RealOffice = {
		disk,
		db,
		raw: openRepositories(db, "t", wall, "EUR"),
		start() {
			if (process) return;
			const life = { alive: true };
			const seen = seenBy(life);
			const own: OfficeProcess = { life, db: seen, repositories: openRepositories(seen, "t", wall, "EUR") };
			process = own;
			const begun = own.repositories.begin().then(async () => {
				const line = await startHqLine({
					url: "",
					tenant: "t",
					clock: world,
					random: world.dice,
					wall,
					store: own.repositories.link,
					connect(_, filters, events) {
						const connection = broker.connect(officeClientId, [...filters], events);
						return { ...connection, listenTo: () => never };
					},
				});
				if (life.alive) own.line = line;
				else void line.stop();
			});
			// A start that fails is tried again, as systemd does.
			begun.catch(() => {
				if (process === own) office.crash(1_000);
			});
		},
		crash(offMs) {
			if (!process) return;
			world.trace("hq", `is down for ${offMs} ms`);
			office.stop();
			world.after(offMs, () => office.start());
		},
		stop() {
			if (!process) return;
			process.life.alive = false;
			void process.line?.stop();
			process = undefined;
			disk.cutPower();
		},
		isOn: () => process !== undefined,
		ask(what) {
			const own = process;
			if (!own) return Promise.reject(new Error("head office is down"));
			return what(own.repositories, own.db).then((answer) => (own.life.alive ? answer : never));
		},
	};
	return office;
}
