import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/until.ts";
import { type Broker, openMosquitto, openNats, openRabbit } from "./support/brokers.ts";
import { openPostgres, type Postgres } from "./support/postgres.ts";
import { openRoom, type Room, whereIs } from "./support/program.ts";
import { type Country, openCountry } from "./support/storm.ts";

/** mulberry32, as the simulation of the link has it: the same seed kills the same things in the same order. */
function openDice(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

const seed = Number(process.env["GONDOLA_SEED"] ?? 1 + Math.floor(Math.random() * 1e6));
const stormSeconds = Number(process.env["GONDOLA_STORM_SECONDS"] ?? 20);

/** The link asks for no session, so a broker's durable queues are not in its way: the last storm is a short one. */
const brokers: { name: string; program: string; open: (room: Room) => Promise<Broker>; share?: number }[] = [
	{ name: "mosquitto", program: "mosquitto", open: openMosquitto },
	{ name: "three nodes of nats-server", program: "nats-server", open: openNats },
	{ name: "three nodes of RabbitMQ with classic queues", program: "rabbitmqctl", open: (room) => openRabbit(room, "classic") },
	{ name: "three nodes of RabbitMQ with quorum queues", program: "rabbitmqctl", open: (room) => openRabbit(room, "quorum"), share: 0.6 },
];
const missing = (program: string): string | undefined =>
	[program, "postgres", "initdb", "setpriv"].filter((each) => !whereIs(each)).map((each) => `${each} is not installed here`)[0];

describe.each(brokers)("shops and head office over $name", ({ name, program, open, share = 1 }) => {
	const why = missing(program);
	const room = openRoom();
	let postgres: Postgres | undefined;
	let broker: Broker | undefined;
	let country: Country;

	beforeAll(async () => {
		if (why) return console.log(`\n!!!!!! NOT RUN over ${name}: ${why} !!!!!!\n`);
		[postgres, broker] = await Promise.all([openPostgres(room), open(room)]);
		country = await openCountry(room, "country", broker, postgres, ["s1", "s2", "s3"]);
	}, 150_000);
	afterAll(async () => {
		await country?.stop();
		await broker?.stop();
		await postgres?.stop();
		room.clear();
	});

	it("find each other, and are equal when the shops stop selling", async (context) => {
		if (why) return context.skip(why);
		await eventually(async () => {
			const reports = Object.values(await country.reports());
			expect(reports.map(({ connected }) => connected)).toEqual([true, true, true]);
			expect(Math.min(...reports.map(({ sold }) => sold))).toBeGreaterThan(100);
		});
		await country.sell(false);
		await country.agree(30_000);
		expect(await country.faults()).toEqual([]);
	});

	it("lose nothing of what the broker acknowledged and then lost", async (context) => {
		if (why) return context.skip(why);
		const { hqTap, shopTap } = country;
		const before = { ...shopTap.passed };
		hqTap.lose(true);
		const delivered = hqTap.passed.delivered;
		await country.sell(true);
		await eventually(() => expect(shopTap.passed.acknowledged - before.acknowledged).toBeGreaterThanOrEqual(3));
		const node = hqTap.node();
		await broker!.kill(node);
		const lost = shopTap.passed.acknowledged - before.acknowledged;
		expect(hqTap.passed.delivered).toBe(delivered);
		hqTap.lose(false);
		await broker!.start(node);
		await country.sell(false);
		const ms = await country.agree(90_000);
		console.log(
			`${name}: ${lost} messages acknowledged by the broker and lost by it; all of them at head office ${ms} ms after it was back`,
		);
		expect(await country.faults()).toEqual([]);
	});

	it("are equal after a storm: nothing lost, nothing twice, nothing out of order", async (context) => {
		if (why) return context.skip(why);
		await country.sell(true);
		const killed = await country.storm(stormSeconds * share * 1_000, openDice(seed));
		await country.sell(false);
		const ms = await country.agree(120_000);
		const facts = Object.values(await country.reports()).reduce((sum, report) => sum + report.facts.last, 0);
		const { sent, acknowledged } = country.shopTap.passed;
		console.log(
			`${name}: seed ${seed}, killed ${JSON.stringify(killed)}, ${facts} facts in ${sent} messages (${acknowledged} PUBACKs, ` +
				`${country.hqTap.passed.delivered} reached head office), equal ${ms} ms after the last kill`,
		);
		expect(await country.faults()).toEqual([]);
	});
});
