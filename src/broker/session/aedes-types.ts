/** Values that aedes hands to its persistence, as far as the broker looks at them. */
import type { HeldPacket } from "./session.ts";

export interface AnyPacket extends Omit<HeldPacket, "cmd"> {
	cmd?: string;
	clientId?: string;
	/** Client id of its sender, where it speaks MQTT 5. */
	from?: string | undefined;
}

export interface AnyClient {
	id: string;
	conn?: unknown;
	connected?: boolean;
	closed?: boolean;
}

export interface StoredSub {
	clientId: string;
	topic: string;
	qos: number;
	rh?: number | undefined;
	rap?: boolean | undefined;
	nl?: boolean | undefined;
	ident?: number | undefined;
}
export interface AskedSub {
	topic: string;
	qos: number;
	rh?: number;
	rap?: boolean;
	nl?: boolean;
	subscriptionIdentifier?: number;
	ident?: number;
}

/** The part of aedes that the mirror looks at. */
export interface BrokerSide {
	id: string;
	clients?: Record<string, AnyClient>;
}
