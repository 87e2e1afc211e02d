/** Request and response of MQTT 5 [MQTT5 4.10], for the requests that the gateway itself answers. */
import { defined } from "../../words/defined.ts";
import { varint } from "./encode.ts";
import { bytesOf, ids, readProperties } from "./properties.ts";

/** Where the sender of a message wants its answer, and by what it will know it. `props`: what goes to subscribers, encoded. */
export function responseIn(props: Uint8Array | undefined): { topic?: string; correlation?: Buffer } {
	if (!props || props.length === 0) return {};
	const bytes = Buffer.from(props);
	const read = readProperties(Buffer.concat([Buffer.from(varint(bytes.length)), bytes]), 0, "publish");
	if (typeof read === "string") return {};
	const [topic, correlation] = [bytesOf(read.values, ids.responseTopic), bytesOf(read.values, ids.correlationData)];
	return defined({ topic: topic?.toString("utf8"), correlation });
}

/** Correlation data as a property. */
export function correlationProps(data: Buffer): Uint8Array {
	return new Uint8Array([ids.correlationData, data.length >> 8, data.length & 0xff, ...data]);
}
