/** A gateway that is killed again and again while sensors report: what was acknowledged is in the record, and no minute is unexplained. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ColdMinute } from "../../../src/words/cold-chain/record.ts";
import { type BoxFolder, gondola, newBox, type Running } from "../../support/processes.ts";
import { eventually, until } from "../../support/until.ts";

const config = `
devices:
  - { id: bridge, profile: zigbee2mqtt }
coldChain:
  - { id: dairy, place: "Dairy cooler", device: bridge, sensor: cooler/temperature, minMillidegrees: 0, maxMillidegrees: 7000, expectedEverySeconds: 10 }
`;
let box: BoxFolder;
let running: Running;
beforeAll(async () => {
	box = await newBox("0204", config, ["anonymousLoopback: true"]);
	running = await box.run();
}, 120_000);
afterAll(async () => {
	await running.stop();
	box.remove();
});

interface Record {
	items: ColdMinute[];
	minutes: number;
	measured: number;
	explained: { [why: string]: number };
}
const recordOf = async (...more: string[]): Promise<Record> => {
	const said = await gondola("coldchain", "dairy", "--json", "--config", box.config, ...more);
	if (said.code !== 0) throw new Error(said.err);
	return JSON.parse(said.out) as Record;
};
const readingsOf = ({ items }: Record): number => items.reduce((sum, { temperature }) => sum + (temperature?.readings ?? 0), 0);

it("five kills: every acknowledged reading is counted, every minute is measured or explained", { timeout: 600_000 }, async () => {
	let sent = 0;
	let acknowledged = 0;
	let isOver = false;
	const reporting = (async () => {
		while (!isOver) {
			let client: MqttClient | undefined;
			try {
				const url = /mqtt(?:"|:|\s)+"?(mqtt:\/\/[\d.:]+)/.exec(running.said())?.[1];
				client = await connectAsync(url!, { reconnectPeriod: 0, connectTimeout: 5_000 });
				const lost = new Promise<never>((_, reject) => client!.once("close", () => reject(new Error("cut"))));
				lost.catch(() => {});
				while (!isOver) {
					sent += 1;
					const payload = JSON.stringify({ temperature: 4 + (sent % 10) / 10 });
					await Promise.race([client.publishAsync("zigbee2mqtt/cooler", payload, { qos: 1 }), lost]);
					acknowledged += 1;
				}
			} catch {
				await new Promise((resolve) => setTimeout(resolve, 20));
			} finally {
				client?.stream.destroy();
			}
		}
	})();
	for (let kills = 0; kills < 5; kills += 1) {
		const from = acknowledged;
		await until(() => acknowledged >= from + 50, "fifty more acknowledged readings");
		await running.kill();
		running = await box.run();
	}
	isOver = true;
	await reporting;
	expect(acknowledged).toBeGreaterThanOrEqual(250);
	// The minute of the last reading has to end before it is in the record.
	const whole = await eventually(
		async () => {
			const record = await recordOf();
			expect(readingsOf(record)).toBeGreaterThanOrEqual(acknowledged);
			return record;
		},
		300_000,
		2_000,
	);
	expect(readingsOf(whole)).toBeLessThanOrEqual(sent);
	const inRecord = whole.items.filter(({ why }) => why !== "before-record");
	expect(inRecord.filter(({ temperature, why }) => (temperature === null) === (why === null))).toEqual([]);
	expect(inRecord.filter(({ why }) => !["between-reports", "silent", "gateway-off", null].includes(why))).toEqual([]);
	expect(whole.measured + Object.values(whole.explained).reduce((sum, n) => sum + n, 0)).toBe(whole.minutes);

	const csv = await gondola("coldchain", "dairy", "--csv", "--config", box.config);
	const rows = csv.out.trim().split("\r\n");
	writeFileSync(join(box.folder, "dairy.csv"), csv.out);
	expect(rows[0]).toContain("record,place,utc,local,celsius_min");
	expect(rows.length - 1).toBeGreaterThanOrEqual(whole.minutes);
	expect((await gondola("coldchain", "nobody", "--config", box.config)).err).toContain("gondola coldchain lists the names");
});
