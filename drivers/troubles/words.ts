/** The form of a trouble: two sentences in each language, and how urgent it is. */
export type TroubleLocale = "en" | "zh-CN";

export interface TroubleWords {
	what: string;
	do: string;
}

export interface TroubleText {
	en: TroubleWords;
	"zh-CN": TroubleWords;
	retry: "by-itself" | "after-a-person-acts";
	level: "RED" | "YELLOW" | "BLUE";
}
