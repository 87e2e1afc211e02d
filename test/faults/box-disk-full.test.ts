/** A whole gateway on a disk of its own that is filled and stays full. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type BoxFolder, gondola, newBox, type Running } from "../support/processes.ts";
import { eventually } from "../support/until.ts";

describe("a disk that stays full", () => {
	let box: BoxFolder;
	let running: Running | undefined;
	let mounted = false;
	beforeEach(async () => {
		box = await newBox("0303", "", ["anonymousLoopback: true"]);
		mkdirSync(box.data, { mode: 0o700 });
		try {
			execFileSync("mount", ["-t", "tmpfs", "-o", "size=64m,mode=0700", "tmpfs", box.data], { stdio: "pipe" });
			mounted = true;
		} catch {
			mounted = false;
		}
	});
	afterEach(async () => {
		await running?.stop();
		if (mounted) execFileSync("umount", [box.data]);
		box.remove();
	});

	it("is said from memory: not ready, alarm, doctor; ballast freed; everything acknowledged is kept (case B5)", async (context) => {
		if (!mounted) {
			console.warn("NOT TESTED: a full disk needs a small tmpfs, and this user may not mount one.");
			return context.skip("no small disk to be had");
		}
		running = await box.run();
		const [, url, mqttUrl] = /cockpit (http:\S+) +mqtt (mqtt:\S+)/.exec(running.said())!;
		const authorization = `Bearer ${readFileSync(box.secret("box.token"), "utf8").trim()}`;
		const ask = async <T>(path: string): Promise<{ status: number; body: T }> => {
			const answer = await fetch(url + path, { headers: { authorization } });
			return { status: answer.status, body: (await answer.json()) as T };
		};
		const till = await connectAsync(mqttUrl!, { clientId: "till-1", clean: false, reconnectPeriod: 200 });
		let sold = 0;
		const acknowledged: Promise<unknown>[] = [];
		const sell = (): void => {
			const sale = { id: `s${(sold += 1)}`, at: new Date().toISOString(), lines: [{ sku: "100", quantity: 1, amountMinor: 199 }] };
			acknowledged.push(till.publishAsync("gondola/1/till/till-1/sale", JSON.stringify(sale), { qos: 1 }));
		};
		const ballast = (): boolean => existsSync(join(box.data, "ballast"));
		sell();
		await Promise.all(acknowledged);
		await eventually(() => expect(ballast()).toBe(true));

		const fill = (): void => {
			const { bavail, bsize } = statfsSync(box.data);
			if (bavail > 0) writeFileSync(join(box.data, "somebody-elses"), Buffer.alloc(bavail * bsize, 1), { flag: "a" });
		};
		const alarms = async () => (await ask<{ items: { code: string; what: string }[] }>("/api/v1/alarms")).body.items;
		// Relief finds a little room now and then, which is taken at once.
		const stillFull = <T>(look: () => Promise<T>): Promise<T> =>
			eventually(() => {
				fill();
				sell();
				return look();
			});
		await stillFull(async () => expect(await ask("/readyz")).toEqual({ status: 503, body: { ready: false, waitingFor: ["disk"] } }));
		const said = { code: "ledger-not-writing", what: expect.stringContaining(box.data) as string };
		await stillFull(async () => expect(await alarms()).toContainEqual(expect.objectContaining(said)));
		expect(ballast()).toBe(false);
		await stillFull(async () => {
			const doctor = await gondola("doctor", "--config", box.config);
			expect([doctor.code, doctor.out]).toEqual([1, expect.stringContaining("Nothing can be kept")]);
		});

		rmSync(join(box.data, "somebody-elses"));
		await eventually(async () => expect((await ask("/readyz")).status).toBe(200));
		await Promise.all(acknowledged);
		await till.endAsync();
		expect((await alarms()).map(({ code }) => code)).not.toContain("ledger-not-writing");
		const events = async (query: string) =>
			(await ask<{ items: { code?: string; sourceId?: string }[] }>(`/api/v1/events?limit=500&${query}`)).body.items;
		const recorded = (await events("type=sale.recorded")).map(({ sourceId }) => sourceId);
		for (let n = 1; n <= sold; n += 1) expect(recorded.filter((id) => id === `s${n}`)).toEqual([`s${n}`]);
		expect(running.said()).toContain("the ledger's disk takes what is written again");
	}, 180_000);
});
