import { describe, it } from "vitest";
import { startLineBroker } from "../../src/broker/line-broker.ts";
import { until } from "../support/until.ts";
import { connectClient, messagesOf } from "./clients.ts";

describe("the line broker of the demo", () => {
	it("carries messages between its clients", async () => {
		const line = await startLineBroker({ host: "127.0.0.1", port: 0 });
		const hq = await connectClient(line.url);
		const seen = messagesOf(hq);
		await hq.subscribeAsync("t/#", { qos: 1 });
		const store = await connectClient(line.url);
		for (let n = 0; n < 300; n++) store.publish("t/x", Buffer.alloc(4_096, n & 255), { qos: 1 });
		await until(() => seen.length === 300, "all of them");
		await Promise.all([hq.endAsync(), store.endAsync()]);
		await line.stop();
	});
});
