using Microsoft.AspNetCore.Http;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Templates;

/// <summary><c>GET /v1/templates</c>: lists a tenant's templates page by page, ordered by name.</summary>
internal static class TemplateListEndpoint
{
    public static async Task<IResult> HandleAsync(HttpContext context, ITemplateCatalog catalog)
    {
        var errors = new FieldErrors();
        var page = NamePage.Read(context.Request, errors);
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var found = await catalog
            .ListAsync(RequestValues.GetTenant(context.Request), page.ToRequest(), context.RequestAborted)
            .ConfigureAwait(false);
        return TypedResults.Json(new TemplatesView(found.Items, page.Next(found.Next)), TemplatesJson.Default.TemplatesView);
    }
}

/// <summary>A page of versions, newest first.</summary>
internal sealed record TemplateVersionsView(IReadOnlyList<VersionSummary> Items, string? Next);

/// <summary>A page of templates with their latest versions.</summary>
internal sealed record TemplatesView(IReadOnlyList<TemplateSummary> Items, string? Next);
