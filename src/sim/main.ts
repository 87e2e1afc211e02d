import { z } from "zod";
import { gatewayAddresses, virtualStorePlan } from "./plan.ts";
import { startVirtualStore, type VirtualStore } from "./store.ts";

/**
 * The virtual store as a process of its own, forked by the demo and told what to do over its IPC channel:
 *
 *   parent: {type: "plan", plan}          child: {type: "ready", addresses} or {type: "failed", message}
 *   parent: {type: "connect", gateway}
 *   parent: {type: "shop"}
 *
 * It ends when the channel does: devices must not outlive the demo that was killed.
 */
const order = z.discriminatedUnion("type", [
	z.strictObject({ type: z.literal("plan"), plan: virtualStorePlan }),
	z.strictObject({ type: z.literal("connect"), gateway: gatewayAddresses }),
	z.strictObject({ type: z.literal("shop") }),
]);

let store: VirtualStore | undefined;

const obey = async (message: unknown): Promise<void> => {
	const given = order.parse(message);
	switch (given.type) {
		case "plan": {
			if (store) throw new Error("this process already is a store");
			store = await startVirtualStore(given.plan);
			process.send?.({ type: "ready", addresses: store.addresses });
			return;
		}
		case "connect":
			store?.connect(given.gateway);
			return;
		case "shop":
			store?.startShopping();
			return;
	}
};

process.on("message", (message) => {
	obey(message).catch((error: unknown) => {
		const text = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
		process.send?.({ type: "failed", message: text });
	});
});
process.on("disconnect", () => process.exit(0));
process.on("SIGINT", () => {}); // Ctrl-C reaches the whole group; the parent says when to end
process.on("SIGTERM", () => {
	const ended = store ? store.stop() : Promise.resolve();
	void ended.finally(() => process.exit(0));
});
