import { describe, expect, it } from "vitest";
import { type FleetReport, labelFleet } from "../../../drivers/label/oepl/fleet.ts";
import { showingLimits } from "../../../drivers/label/oepl/showing-limits.ts";

const macOf = (n: number): string => n.toString(16).toUpperCase().padStart(16, "0");
const picture = (n: number) => ({ version: macOf(n), dataType: 0x30, bytesLength: 900 });

function fleetOf(maxPendingPerAp: number, maxUnfetchedPerAp = 1_000) {
	const offers: string[] = [];
	const cancels: string[] = [];
	const reports: FleetReport[] = [];
	const fleet = labelFleet(
		{ ...showingLimits, maxPendingPerAp, maxUnfetchedPerAp },
		{
			offer: (mac) => offers.push(mac),
			cancel: (mac) => cancels.push(mac),
			report: (report) => reports.push(report),
		},
	);
	return { fleet, offers, cancels, reports };
}

describe("a store's labels", () => {
	it("are offered only so many at a time to one access point, in their order", () => {
		const { fleet, offers } = fleetOf(3);
		for (let n = 0; n < 8; n++) fleet.want(macOf(n), picture(n), 0, { accessPoint: n < 5 ? "ap-1" : "ap-2" });
		expect(offers).toEqual([0, 1, 2, 5, 6, 7].map(macOf));

		fleet.fetched(macOf(1), macOf(1), "ap-1", 5);
		fleet.hear({ type: "transfer-complete", mac: macOf(1), accessPoint: "ap-1" }, 10);
		expect(offers.at(-1)).toBe(macOf(3));
	});

	it("are not all to be fetched at the same moment", () => {
		const { fleet, offers } = fleetOf(100, 2);
		for (let n = 0; n < 8; n++) fleet.want(macOf(n), picture(n), 0, { accessPoint: "ap-1" });
		expect(offers.length).toBe(2);
		fleet.fetched(macOf(0), macOf(0), "ap-1", 5);
		expect(offers).toEqual([0, 1, 2].map(macOf));
	});

	it("give their turn back when they are taken down", () => {
		const { fleet, offers, cancels } = fleetOf(1);
		fleet.want(macOf(0), picture(0), 0);
		fleet.want(macOf(1), picture(1), 0);
		fleet.forget(macOf(0), 5);
		expect(cancels).toEqual([macOf(0)]);
		expect(offers).toEqual([macOf(0), macOf(1)]);
	});

	it("let a label that nobody answers for not hold up the others for ever", () => {
		const { fleet, offers } = fleetOf(1);
		fleet.want(macOf(0), picture(0), 0);
		fleet.want(macOf(1), picture(1), 0);
		expect(fleet.tick(showingLimits.fetchWithinMs)).toBeGreaterThan(showingLimits.fetchWithinMs);
		expect(offers).toEqual([macOf(0), macOf(1)]);
		for (let now = 0; now < 300_000; now += 1_000) fleet.tick(now);
		expect(offers.filter((mac) => mac === macOf(0)).length).toBeGreaterThan(2);
	});

	it("all come to show their price, four thousand of them, while messages are lost", () => {
		const { fleet, offers, reports } = fleetOf(100, 4);
		const most = 4_000;
		let seed = 42;
		const lost = (): boolean => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) % 10 === 0;
		for (let n = 0; n < most; n++) fleet.want(macOf(n), picture(n), 0, { accessPoint: `ap-${n % 10}` });

		let answered = 0;
		for (let now = 0; fleet.counts().shown < most && now < 4 * 3_600_000; now += 1_000) {
			fleet.tick(now);
			const news = offers.slice(answered);
			answered = offers.length;
			for (const mac of news) {
				const accessPoint = `ap-${Number.parseInt(mac, 16) % 10}`;
				if (lost()) continue;
				fleet.fetched(mac, mac, accessPoint, now);
				fleet.hear({ type: "check-in", mac, short: true, accessPoint }, now + 100);
				if (!lost()) fleet.hear({ type: "transfer-complete", mac, accessPoint }, now + 200);
			}
			// Every label wakes every 40 seconds.
			for (let n = (now / 1_000) % 40; n < most; n += 40) {
				if (!lost()) fleet.hear({ type: "check-in", mac: macOf(n), short: true, accessPoint: `ap-${n % 10}` }, now + 500);
			}
		}
		expect(fleet.counts()).toMatchObject({ labels: most, shown: most });
		expect(new Set(reports.filter((report) => report.type === "shown").map((report) => report.mac)).size).toBe(most);
	}, 120_000);
});
