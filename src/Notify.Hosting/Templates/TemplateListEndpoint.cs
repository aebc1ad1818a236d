using Microsoft.AspNetCore.Http;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;
using Notify.Storage;

namespace Notify.Hosting.Templates;

/// <summary><c>GET /v1/templates</c>: lists a tenant's templates page by page, ordered by name.</summary>
internal static class TemplateListEndpoint
{
    public static async Task<IResult> HandleAsync(HttpContext context, ITemplateStore templates)
    {
        var errors = new FieldErrors();
        var page = NamePage.Read(context.Request, errors);
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var found = await templates
            .ListAsync(RequestValues.GetTenant(context.Request), page.Prefix, page.After, page.FetchCount, context.RequestAborted)
            .ConfigureAwait(false);
        var (items, next) = page.Take(found, template => template.Name);
        return TypedResults.Json(new TemplatesView(items, next), TemplatesJson.Default.TemplatesView);
    }
}

/// <summary>A page of templates with their latest versions.</summary>
internal sealed record TemplatesView(IReadOnlyList<TemplateSummary> Items, string? Next);
