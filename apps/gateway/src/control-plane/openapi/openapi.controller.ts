import { Controller, Get, Req } from '@nestjs/common';
import { Open } from '../http/authenticated';
import { type AdminRequest } from '../http/admin-request';
import { Reply } from '../http/reply';
import { docsPage } from './docs-page';
import { openApiDocument } from './openapi-document';

@Controller()
export class OpenApiController {
  @Get('openapi.json')
  @Open()
  document(@Req() request: AdminRequest): object {
    return openApiDocument(`http://${request.headers.host ?? 'localhost'}`);
  }

  @Get('docs')
  @Open()
  docs(): Reply {
    const { html, contentSecurityPolicy } = docsPage(openApiDocument('/'));
    return new Reply(200, html, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': contentSecurityPolicy,
    });
  }
}
