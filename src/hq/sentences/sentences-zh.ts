import { chineseFields } from "../../words/sentences/fields-zh.ts";
import { chineseRails } from "../../words/sentences/rails-zh.ts";
import { sayIn } from "../../words/sentences/sentence.ts";
import { chinesePriceLists } from "./price-lists-zh.ts";
import { chineseSentences } from "./refusals-zh.ts";

/** The Chinese sentence of a refusal of head office, a row of a price list or a guard rail that names things. */
export const sayInChinese = sayIn(chineseSentences, chinesePriceLists, chineseRails, chineseFields);
