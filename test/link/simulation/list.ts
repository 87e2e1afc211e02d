/**
 * What is to be proved, in the words of LINK.md, Proof, and what has to come to pass in these runs for it (`World.saw`; all of a row).
 * A fault that nobody meets proves nothing: simulation.test.ts holds the runs to this table. Its neighbours:
 *
 *   the real ledger's power cut at every write, its bits flipped, its disk full    test/faults
 *   an older build on a newer ledger                                                test/faults/upgrade.test.ts
 *   the same over mosquitto, RabbitMQ, NATS and PostgreSQL                          test/engines
 *
 * The promises (promises.ts, and the watchers in play.ts, box.ts, office-model.ts) that are asked after every run:
 *
 *   acknowledged ⊆ HQ                  acknowledged, fenced (what a replaced box was told), counted (drops)
 *   no id twice at HQ                  twice
 *   per-stream order                   order, chain
 *   Σ stock equal on both sides        stock
 *   grants never overspent             grants
 *   a price shown at T counted at T    price; half (no part of a snapshot counts before the rest is there)
 *   no till above the shelf             shelf (shelf.ts), but for rises that went on
 *   both sides converge                converge (both compare their whole catalogs), price
 *   no word but head office's counts   forged (liar/liar.ts), in runs with a liar
 *   no price over a store's rails      held, in runs with a liar
 *   what is held back is said          withheld (liar/withheld.ts), and said no longer once it is there
 *   no stream is stuck                 stuck, also for a replaced box; window; crowd
 */
export const toBeProved: Record<string, readonly string[]> = {
	"lost, doubled, reordered, late data, ack, nak": ["data", "ack", "nak"].flatMap((what) => [
		`${what} lost`,
		`${what} doubled`,
		`${what} late`,
	]),
	"PUBACK then broker loss": ["broker: acks-and-loses", "taken by the broker, and lost with it"],
	"broker forgets the session": ["fault: session-forgotten"],
	"half-open TCP": ["fault: half-open"],
	"8 days offline": ["fault: days-offline"],
	"HQ restored from yesterday": ["fault: hq-restored"],
	"box restored from yesterday": ["fault: box-restored"],
	"two boxes, one identity": ["fault: two-boxes"],
	"a box swapped, the old one still switched on": ["box swapped", "box named again", "kept in quarantine"],
	"power cut at every I/O": ["fault: power-cut", "fault: power-cut-at-write", "fault: hq-cut-at-write"],
	"disk full, then freed": ["fault: disk-full", "fault: hq-disk-full"],
	"notes thinned": ["notes thinned"],
	"clock 1970, 2038, ±1 day, stepping back": ["fault: clock", "fault: skew"],
	"bit flip in the database": ["bit flip: rebuilt", "bit flip: not noticed at start", "compared: mended"],
	"newer schema on either side": [
		"put aside by an older build of the store",
		"done after an upgrade of the store",
		"put aside by an older build of HQ",
		"done after an upgrade of HQ",
		"newer build: stores",
		"newer build: HQ",
	],
	"poison record": ["poison at HQ", "poison in a store"],
	"record too large": ["too large for the wire"],
	"snapshot cut at chunk k": [
		"at chunk: power cut",
		"at chunk: HQ crash",
		"at chunk: line cut",
		"at chunk: half-open line",
		"at chunk: broker gone",
		"at chunk: catalog moves on",
	],
	"grant used on both sides of a partition": ["fault: both-sell-in-a-partition"],
	"price change during a partition": ["price decided in a partition"],
	"price change across DST": ["price across the change of clocks"],
	"broker swapped mid-flight": ["fault: broker-swap"],
	"a store that lies": ["lie: I was told more", "lie: I am a later box", "a store's word was left out"],
	"a broker in strange hands": [
		...["records without seals", "other records under the same seals", "seals of another key", "another store's word"],
		...["a release mark beside the seal", "numbers that are lost", "other rails", "a welcome", "an acknowledgement", "an answer"],
		...["a store's facts", "a store's hello", "a store's acknowledgement", "said before", "records held back"],
	].map((lie) => `lie: ${lie}`),
	"a rise is on the shelf before the till charges it": [
		"a rise waited for its labels",
		...["shown", "went-on", "replaced"].map((end) => `a rise that waited: ${end}`),
	],
	"prices over the rails of a store": ["a price over the rails", "a price released"],
	"evil brokers": [
		"rough",
		"acks-and-loses",
		"reorders",
		"doubles-with-new-ids",
		"closes-at-100",
		"closes-on-a-character",
		"drops-newest-after-1000",
	]
		.map((name) => `broker: ${name}`)
		.concat("closed for a full queue", "newest dropped from a full queue"),
};
