import { describe, expect, it } from "vitest";
import { urlsFromTheNetwork } from "../../src/cli/verb/addresses.ts";

describe("the addresses that a gateway prints when it starts", () => {
	const page = "http://127.0.0.1:8080";
	it("are those of the store's network, over TLS, where the cockpit is open to it", () => {
		expect(urlsFromTheNetwork("0.0.0.0", page, ["10.17.0.2", "fd00::2"])).toEqual(["https://10.17.0.2:8080", "https://[fd00::2]:8080"]);
	});
	it("are none where only this machine reaches it", () => {
		expect(urlsFromTheNetwork("127.0.0.1", page, ["10.17.0.2"])).toEqual([]);
	});
});
