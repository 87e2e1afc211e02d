/** Headers of every answer, of gateway and head office alike. A route whose answer may be cached sets `cache-control` itself. */
export const securityHeaders = {
	"x-content-type-options": "nosniff",
	"x-frame-options": "DENY",
	"referrer-policy": "no-referrer",
	"cross-origin-resource-policy": "same-origin",
	"cross-origin-opener-policy": "same-origin",
	"cache-control": "no-store",
} as const;
