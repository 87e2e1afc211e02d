import { describe, expect, it } from "vitest";
import { closeWhenClaimed, openClaim } from "../../src/access/claim.ts";
import { deviceCost, hashPassword, isPassword, peopleCost, weaknessOf } from "../../src/access/passwords.ts";
import { codeAsTyped, newCode, newSecret, sameSecret } from "../../src/access/secrets.ts";
import { createThrottle } from "../../src/access/throttle.ts";
import { eventually } from "../support/until.ts";

describe("passwords", () => {
	it("are found right again, however the keyboard writes an accent", async () => {
		const hash = await hashPassword("caf\u00e9 am Markt", peopleCost);
		expect(hash).toMatch(/^scrypt\$32768\$8\$3\$/);
		expect(await isPassword("cafe\u0301 am Markt", hash)).toBe(true);
		expect(await isPassword("cafe am Markt", hash)).toBe(false);
	});

	it("never prove themselves against a text that is no hash, or one that asks for all memory", async () => {
		const hash = await hashPassword("a device's password", deviceCost);
		for (const bad of ["", "scrypt$4096$8$1$$", "scrypt$9999999$99$99$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAA", hash.slice(0, 40)])
			expect(await isPassword("a device's password", bad)).toBe(false);
	});

	it("that everybody tries first are refused", () => {
		for (const weak of ["short", "1234567890", "aaaaaaaaaaaaa", "mara-at-home1", "x".repeat(201)])
			expect(weaknessOf(weak, "mara")).toBeDefined();
		expect(weaknessOf("four plain words do", "mara")).toBeUndefined();
	});
});

describe("secrets", () => {
	it("are compared whatever their lengths", () => {
		expect(sameSecret("abc", "abc")).toBe(true);
		expect(sameSecret("abc", "abcd")).toBe(false);
		expect(sameSecret("", "a")).toBe(false);
	});

	it("say what they are, and codes can be typed carelessly", () => {
		expect(newSecret("gt_")).toMatch(/^gt_[\w-]{43}$/);
		const code = newCode();
		expect(code).toMatch(/^[2-9A-Z]{4}(-[2-9A-Z]{4}){2}$/);
		expect(codeAsTyped(` ${code.toLowerCase().replaceAll("-", " ")}`)).toBe(code.replaceAll("-", ""));
	});
});

describe("the claim code", () => {
	it("is closed by five wrong ones, also for the right one", () => {
		const claim = openClaim();
		for (let at = 0; at < 5; at += 1) expect(claim.check("AAAA-AAAA-AAAA")).toBe("wrong");
		expect(claim.check(claim.code)).toBe("closed");
	});

	it("is closed after thirty minutes, and once it was used", () => {
		let now = 0;
		const claim = openClaim(() => now);
		now = 30 * 60_000 - 1;
		expect(claim.check(claim.code.toLowerCase())).toBe("right");
		now += 1;
		expect(claim.check(claim.code)).toBe("closed");
		const other = openClaim();
		other.use();
		expect(other.state()).toBe("used");
		expect(other.check(other.code)).toBe("closed");
	});

	it("is closed as soon as a first user exists, also one whom a command made, and says so once", async () => {
		const claim = openClaim();
		let isClaimed = false;
		const said: string[] = [];
		const stop = closeWhenClaimed(
			claim,
			async () => isClaimed,
			(sentence) => said.push(sentence),
		);
		expect(claim.state()).toBe("open");
		isClaimed = true;
		await eventually(() => expect(said).toHaveLength(1));
		expect(claim.check(claim.code)).toBe("closed");
		stop();
	});
});

describe("the throttle", () => {
	it("makes a guesser wait longer and longer, and lets the person elsewhere in", () => {
		let now = 0;
		const throttle = createThrottle(() => now);
		const waits: number[] = [];
		for (let at = 0; at < 10; at += 1) {
			throttle.failed("mara", "10.0.0.66");
			waits.push(throttle.waitMs("mara", "10.0.0.66"));
			now += waits.at(-1)!;
		}
		expect(waits).toEqual([0, 0, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
		expect(throttle.waitMs("mara", "10.0.0.7")).toBe(0);
		now += 15 * 60_000 + 1;
		expect(throttle.waitMs("mara", "10.0.0.66")).toBe(0);
	});

	it("alarms at ten failures of a name over many addresses, and of an address over many names, once a minute at most", () => {
		let now = 0;
		const throttle = createThrottle(() => now);
		const alarms = (): number[] =>
			Array.from({ length: 30 }, (_, at) => throttle.failed("mara", `10.0.1.${at}`)).flatMap((alarm, at) => (alarm ? [at] : []));
		expect(alarms()).toEqual([9]);
		now += 60_000;
		expect(alarms()).toEqual([0]);
		expect(Array.from({ length: 30 }, (_, at) => throttle.failed(`name${at}`, "10.0.0.9")).filter(Boolean)).toHaveLength(1);
		expect(throttle.waitMs("another", "10.0.0.9")).toBeGreaterThan(0);
	});

	it("alarms about tries that come too early as well: a fast guesser is mostly told to wait", () => {
		const throttle = createThrottle(() => 0);
		for (let at = 0; at < 3; at += 1) throttle.failed("mara", "10.0.0.66");
		const before = throttle.waitMs("mara", "10.0.0.66");
		expect(Array.from({ length: 7 }, () => throttle.tooEarly("mara", "10.0.0.66"))).toEqual([...Array(6).fill(false), true]);
		expect(throttle.waitMs("mara", "10.0.0.66")).toBe(before);
	});

	it("takes the addresses of one IPv6 network for one, and keeps a bounded number", () => {
		const throttle = createThrottle(() => 0);
		for (let at = 0; at < 5; at += 1) throttle.failed("mara", `2001:db8:1:2::${at}`);
		expect(throttle.waitMs("mara", "2001:db8:1:2:ffff::1")).toBeGreaterThan(0);
		expect(throttle.waitMs("mara", "2001:db8:1:3::1")).toBe(0);
		for (let at = 0; at < 20_000; at += 1) throttle.failed(`n${at}`, `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`);
	});
});
