/** Refusals between the parts of the gateway, which no request of a person or program meets. */
export const unread: readonly string[] = [
	...[
		"bad-rails",
		"rails-unapproved",
		"epoch",
		"gap",
		"grant-overspent",
		"label-unbound",
		"payment-card",
		"price-differs",
		"recall-differs",
		"sale-differs",
	],
	// Of a sale over MQTT: the till is answered with the English sentence.
	"sale-malformed",
	"sale-currency",
	...[
		"coupon-differs",
		"member-key-differs",
		"receipt-key-differs",
		"points-differ",
		"points-rule-differs",
		"snapshot-incomplete",
		"snapshot-unknown",
	],
	// Of a scan with an intent: the cockpit has its words in each language (language/scan-words.ts).
	...["code-doubtful", "coupon-just-redeemed", "not-ordered", "order-first"],
];
