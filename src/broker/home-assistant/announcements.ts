/**
 * Announcements of the store to Home Assistant: one retained message below `{prefix}/{component}/gondola-{store}/…/config` for each thing
 * that it may show. Pure. States are in the gateway's own topics (`gondola/1/store/…`); Home Assistant reads them by the template beside.
 */
import { ledgerTopic } from "../ledger/retained-from-ledger.ts";

/** Things of the store that the gateway knows and may announce. */
export interface Known {
	store: string;
	prefix: string;
	shelves: readonly { id: string; sku: string; name: string; isWeighed: boolean }[];
	coldChain: readonly { id: string; place: string; hasHumidity: boolean }[];
	doors: readonly { device: string; sensor: string }[];
	labels: readonly { id: string; name: string }[];
}

type Fields = Readonly<Record<string, unknown>>;

/** Below it: whether the gateway runs, and how many alarms stand. */
export const ownTopics = "gondola/1/home-assistant";

/** Nobody but the gateway announces under this name. */
const nodeOf = (store: string): string => `gondola-${store}`;

/** Ids in Home Assistant's topics hold letters, digits, _ and - only; two names that would become one differ by their digest. */
function objectOf(kind: string, name: string): string {
	const plain = name.replace(/[^A-Za-z0-9_-]+/g, "-");
	return plain === name ? `${kind}-${name}` : `${kind}-${plain}-${digestOf(name)}`;
}

/** FNV-1a: ids need no secret, only to differ. */
function digestOf(text: string): string {
	let sum = 0x811c9dc5;
	for (const byte of Buffer.from(text)) sum = Math.imul(sum ^ byte, 0x01000193) >>> 0;
	return sum.toString(16).padStart(8, "0");
}

/** Topics and payloads of everything that is announced. */
export function announcements({ store, prefix, shelves, coldChain, doors, labels }: Known): Map<string, string> {
	const all = new Map<string, string>();
	const gateway = { topic: `${ownTopics}/gateway`, value_template: "{{ value_json.state }}" };
	const device = { identifiers: [nodeOf(store)], name: `Gondola ${store}`, manufacturer: "Gondola" };
	const announce = (component: "sensor" | "binary_sensor", object: string, fields: Fields, availability: Fields[] = []): void => {
		const whole = {
			...{ unique_id: `${nodeOf(store)}-${object}`, object_id: `${nodeOf(store)}-${object}`, ...fields },
			...{ availability: [gateway, ...availability], availability_mode: "all", device, origin: { name: "Gondola" } },
		};
		all.set(`${prefix}/${component}/${nodeOf(store)}/${object}/config`, JSON.stringify(whole));
	};
	const alarms = `${ownTopics}/alarms`;
	announce("sensor", "alarms", { name: "Alarms", state_topic: alarms, value_template: "{{ value_json.standing }}", icon: "mdi:alert" });
	announce("binary_sensor", "trouble", {
		...{ name: "Trouble", device_class: "problem", state_topic: alarms },
		value_template: "{{ 'ON' if value_json.red > 0 else 'OFF' }}",
	});
	for (const { id, sku, name, isWeighed } of shelves)
		announce("sensor", objectOf("shelf", id), {
			...{ name: `${name} (${id})`, state_topic: ledgerTopic({ kind: "stock", key: sku }), state_class: "measurement" },
			...(isWeighed
				? { device_class: "weight", unit_of_measurement: "kg", value_template: "{{ value_json.onHand / 1000000 }}" }
				: { unit_of_measurement: "pcs", value_template: "{{ value_json.onHand }}" }),
		});
	for (const one of coldChain) announceCold(announce, one);
	for (const { device: of, sensor } of doors)
		announce("binary_sensor", objectOf("door", `${of}/${sensor}`), {
			...{ name: `${sensor} (${of})`, device_class: "door", state_topic: ledgerTopic({ kind: "door", key: `${of}/${sensor}` }) },
			value_template: "{{ 'ON' if value_json.isOpen else 'OFF' }}",
		});
	for (const { id, name } of labels)
		announce("sensor", objectOf("label", id), {
			...{ name: `Battery of label ${id}${name === "" ? "" : ` (${name})`}`, device_class: "voltage", unit_of_measurement: "mV" },
			...{ state_topic: ledgerTopic({ kind: "label", key: id }), entity_category: "diagnostic" },
			value_template: "{{ value_json.batteryMillivolts }}",
		});
	return all;
}

type Announce = (component: "sensor" | "binary_sensor", object: string, fields: Fields, availability?: Fields[]) => void;

function announceCold(announce: Announce, { id, place, hasHumidity }: Known["coldChain"][number]): void {
	const state_topic = ledgerTopic({ kind: "cold-chain", key: id });
	const isMeasured = { topic: state_topic, value_template: "{{ 'offline' if value_json.state in ['silent', 'waiting'] else 'online' }}" };
	announce(
		"sensor",
		objectOf("temperature", id),
		{
			...{ name: place, device_class: "temperature", unit_of_measurement: "°C", state_class: "measurement", state_topic },
			value_template: "{{ value_json.millidegrees / 1000 }}",
		},
		[isMeasured],
	);
	announce("binary_sensor", objectOf("temperature-limits", id), {
		...{ name: `${place}: outside its limits`, device_class: "problem", state_topic },
		value_template: "{{ 'ON' if value_json.state in ['too-warm', 'too-cold'] else 'OFF' }}",
	});
	if (!hasHumidity) return;
	const fields = {
		name: `${place}: humidity`,
		device_class: "humidity",
		unit_of_measurement: "%",
		state_class: "measurement",
		state_topic,
	};
	announce("sensor", objectOf("humidity", id), { ...fields, value_template: "{{ value_json.humidityPermille / 10 }}" }, [isMeasured]);
}

/** Whether a topic announces something in the gateway's name, or is one of its own for Home Assistant; nobody else may write there. */
export const isGatewaysAnnouncement = (topic: string): boolean =>
	topic.startsWith(`${ownTopics}/`) || /^[^/]+\/[^/]+\/gondola-[^/]+\//.test(topic);
