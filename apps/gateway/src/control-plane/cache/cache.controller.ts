import { Controller, Delete, Get, Inject, Param, Req } from '@nestjs/common';
import { parseApiName, SluiceError } from '@sluice/contracts';
import { ConfigurationStore } from '../../configuration/configuration-store';
import { propagationHeaders } from '../configuration-reply';
import { knownQueryParameters, queryParameters, type AdminRequest } from '../http/admin-request';
import { Authenticated } from '../http/authenticated';
import { Reply } from '../http/reply';
import { CacheFlushService } from './cache-flush-service';
import { CachePreviewService, type PreviewedRequest } from './cache-preview-service';

@Controller('v1/apis/:api/stages/:stage/cache')
export class CacheController {
  constructor(
    @Inject(CacheFlushService) private readonly flushes: CacheFlushService,
    @Inject(CachePreviewService) private readonly previews: CachePreviewService,
    @Inject(ConfigurationStore) private readonly configuration: ConfigurationStore,
  ) {}

  @Delete()
  @Authenticated({ action: 'sluice:FlushCache' })
  async flush(@Param('api') api: string, @Param('stage') stage: string, @Req() request: AdminRequest): Promise<Reply> {
    const named = knownQueryParameters(request, ['route', 'tag']);
    const version = await this.flushes.flush({ api: parseApiName(api), stage, ...named });
    return new Reply(204, null, await propagationHeaders(this.configuration, version));
  }

  @Get('preview')
  @Authenticated({ action: 'sluice:PreviewCache' })
  preview(@Param('api') api: string, @Param('stage') stage: string, @Req() request: AdminRequest): object {
    return this.previews.preview(parseApiName(api), stage, previewedRequest(request));
  }
}

const HEADER = 'header.';

/** `method`, `path` (with its query), and `header.NAME` for each header. */
function previewedRequest(request: AdminRequest): PreviewedRequest {
  const parameters = queryParameters(request);
  const headers: string[] = [];
  for (const [name, value] of parameters) {
    if (name.startsWith(HEADER)) headers.push(name.slice(HEADER.length), value);
    else if (name !== 'method' && name !== 'path') {
      const message = `The query parameter "${name.slice(0, 64)}" is not known; known: method, path, header.NAME.`;
      throw new SluiceError('BAD_REQUEST', message);
    }
  }
  const target = parameters.get('path') ?? '';
  if (!target.startsWith('/'))
    throw new SluiceError('BAD_REQUEST', '"path" must begin with "/", as in path=/items?x=1.');
  return { method: (parameters.get('method') ?? 'GET').toUpperCase(), target, headers };
}
