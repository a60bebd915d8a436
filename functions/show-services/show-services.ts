import type { ShowDeps } from './deps.ts';
import { documentation } from './documentation.ts';
import { gather } from './gather.ts';
import { page } from './page.ts';
import { widgetRequest } from './request.ts';

/**
 * What a custom widget of a CloudWatch dashboard shows: HTML, or Markdown about the widget where it is asked to
 * describe itself.
 * @param functionArn of this function: what can be clicked calls it again.
 */
export const showServices =
  (deps: ShowDeps) =>
  async (event: unknown, functionArn: string): Promise<string> => {
    const request = widgetRequest(event);
    if (request.describe) return documentation;
    return page(await gather(deps, request, functionArn), request, functionArn);
  };
