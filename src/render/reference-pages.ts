import { configReference } from '../config/reference.ts';
import { annotationsPage } from './annotations-page.ts';
import { reasonsPage } from './reasons-page.ts';

/** The pages of docs/reference by file name. */
export const REFERENCE_PAGES: Readonly<Record<string, () => string>> = {
  'annotations.md': annotationsPage,
  'config.md': configReference,
  'reasons.md': reasonsPage,
};
