export interface HqAlarm {
	id: string;
	level: "YELLOW";
	code: string;
	what: string;
	do: string;
	since: string;
	/** Left out where the alarm concerns no store. */
	store?: string;
	/** How many further alarms of this store and code are not in the list. */
	more?: number;
}
