using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Notify.Hosting.Auditing;
using Notify.Hosting.Authentication;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Templates;

/// <summary><c>/v1/templates</c>: saves, shows, previews and deletes templates.</summary>
internal static class TemplateEndpoints
{
    public static void MapTemplates(this RouteGroupBuilder group)
    {
        group.MapGet("/v1/templates", TemplateListEndpoint.HandleAsync).ReadsQuery().Describe(TemplateOperations.List);
        group.MapOtherMethods("/v1/templates", "GET, HEAD");
        group.MapPut("/v1/templates/{name}", SaveAsync).Describe(TemplateOperations.Save).Audit("template saved");
        group.MapDelete("/v1/templates/{name}", DeleteAsync).Describe(TemplateOperations.Delete).Audit("template deleted");
        group.MapGet("/v1/templates/{name}", FindAsync).ReadsQuery().Describe(TemplateOperations.Get);
        group.MapOtherMethods("/v1/templates/{name}", "GET, HEAD, PUT, DELETE");
        group.MapGet("/v1/templates/{name}/versions", ListVersionsAsync).ReadsQuery().Describe(TemplateOperations.ListVersions);
        group.MapOtherMethods("/v1/templates/{name}/versions", "GET, HEAD");
        group
            .MapPost("/v1/templates/preview", TemplatePreviewEndpoints.PreviewDraftAsync)
            .Describe(TemplateOperations.PreviewDraft);
        group
            .MapPost("/v1/templates/{name}/preview", TemplatePreviewEndpoints.PreviewSavedAsync)
            .Describe(TemplateOperations.PreviewSaved);
        group.MapOtherMethods("/v1/templates/{name}/preview", "POST");
    }

    private static Task<IResult> SaveAsync(HttpContext context, ITemplateCatalog catalog) =>
        RequestBody.ReadJsonAsync(context, async body =>
        {
            var template = TemplateReader.Read(
                body,
                RequestValues.GetTenant(context.Request),
                RequestValues.Route(context.Request, "name")
            );
            body.Errors.Add(catalog.Validate(template));
            if (body.Errors.Any)
                return Problem.InvalidFields(body.Errors);

            try
            {
                var before = await catalog
                    .FindAsync(template.Tenant, template.Name, null, context.RequestAborted)
                    .ConfigureAwait(false);
                var version = await catalog.SaveAsync(template, context.RequestAborted).ConfigureAwait(false);
                AddAuditedFields(context, before, template with { Version = version });
                var warnings = catalog.FindWarnings(template) is { Count: > 0 } found ? found : null;
                return TypedResults.Json(new SavedView(template.Name, version, warnings), TemplatesJson.Default.SavedView);
            }
            catch (InvalidRequestException exception)
            {
                body.Errors.Add(exception.Errors);
                return Problem.InvalidFields(body.Errors);
            }
        });

    private static async Task<IResult> FindAsync(HttpContext context, ITemplateCatalog catalog)
    {
        var errors = new FieldErrors();
        var version = ReadVersion(context.Request, errors);
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var name = RequestValues.Route(context.Request, "name");
        var tenant = RequestValues.GetTenant(context.Request);
        var found = await catalog.FindAsync(tenant, name, version, context.RequestAborted).ConfigureAwait(false);
        return found is null ? Problem.Unknown("template") : TypedResults.Json(found, TemplatesJson.Default.Template);
    }

    private static async Task<IResult> ListVersionsAsync(HttpContext context, ITemplateCatalog catalog)
    {
        var errors = new FieldErrors();
        var page = RequestPage.Read(context.Request, errors).ToVersionRequest();
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var name = RequestValues.Route(context.Request, "name");
        var tenant = RequestValues.GetTenant(context.Request);
        var found = await catalog.ListVersionsAsync(tenant, name, page, context.RequestAborted).ConfigureAwait(false);
        return found is null
            ? Problem.Unknown("template")
            : TypedResults.Json(
                new TemplateVersionsView(found.Items, RequestPage.NextAfter(context.Request, found)),
                TemplatesJson.Default.TemplateVersionsView
            );
    }

    private static async Task<IResult> DeleteAsync(HttpContext context, ITemplateCatalog catalog)
    {
        var name = RequestValues.Route(context.Request, "name");
        var tenant = RequestValues.GetTenant(context.Request);
        try
        {
            return await catalog.DeleteAsync(tenant, name, context.RequestAborted).ConfigureAwait(false)
                ? TypedResults.NoContent()
                : Problem.Unknown("template");
        }
        catch (InvalidRequestException exception)
        {
            var errors = new FieldErrors();
            errors.Add(exception.Errors);
            return Problem.InvalidFields(errors);
        }
    }

    // The tenant and the name are the same, and the time of a save is that of the record.
    private static void AddAuditedFields(HttpContext context, Template? before, Template saved)
    {
        context.AddAuditedChange(
            "version",
            before?.Version.ToString(CultureInfo.InvariantCulture),
            saved.Version.ToString(CultureInfo.InvariantCulture)
        );
        context.AddAuditedFields(
            before,
            before is null ? saved : saved with { Version = before.Version, SavedAt = before.SavedAt },
            TemplatesJson.Default.Template
        );
    }

    private static int? ReadVersion(HttpRequest request, FieldErrors errors)
    {
        int? version = null;
        foreach (var field in RequestQuery.Fields(request, errors))
        {
            if (field.Name != "version")
                field.Unknown("version");
            else if (int.TryParse(field.Text(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
                version = number;
            else
                field.Wrong(FieldErrorCodes.OutOfRange, "Must be a version number, 1 or more.");
        }

        return version;
    }
}

/// <summary>The response to saving a template.</summary>
internal sealed record SavedView(string Name, int Version, IReadOnlyList<FieldWarning>? Warnings);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(SavedView))]
[JsonSerializable(typeof(PreviewView))]
[JsonSerializable(typeof(TemplatesView))]
[JsonSerializable(typeof(TemplateVersionsView))]
[JsonSerializable(typeof(Template))]
internal sealed partial class TemplatesJson : JsonSerializerContext;
