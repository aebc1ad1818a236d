using Microsoft.AspNetCore.Http;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Templates;

/// <summary>
/// <c>POST /v1/templates/preview</c> and <c>POST /v1/templates/{name}/preview</c>: render a draft or a saved template with
/// sample data. Nothing is saved or sent.
/// </summary>
internal static class TemplatePreviewEndpoints
{
    private const string Draft = "preview";

    public static Task<IResult> PreviewDraftAsync(HttpContext context, ITemplateCatalog catalog) =>
        RequestBody.ReadJsonAsync(context, body =>
        {
            var template = new Template
            {
                Tenant = RequestValues.GetTenant(context.Request),
                Name = Draft,
                Variants = [],
            };
            var preview = new TemplatePreview();
            foreach (var field in body.Members())
            {
                if (field.Name == "variants")
                    template = template with { Variants = TemplateReader.ReadVariants(field) };
                else if (field.Name == "layout")
                    template = template with { Layout = field.Text() };
                else
                    preview = Read(preview, field, "variants", "layout", "data", "recipient", "locale", "timeZone");
            }

            return RenderAsync(context, catalog, template, preview, body.Errors);
        });

    public static Task<IResult> PreviewSavedAsync(HttpContext context, ITemplateCatalog catalog) =>
        RequestBody.ReadJsonAsync(context, async body =>
        {
            int? version = null;
            var preview = new TemplatePreview();
            foreach (var field in body.Members())
            {
                if (field.Name == "version")
                    version = ReadVersion(field);
                else
                    preview = Read(preview, field, "version", "data", "recipient", "locale", "timeZone");
            }

            if (body.Errors.Any)
                return Problem.InvalidFields(body.Errors);

            var name = RequestValues.Route(context.Request, "name");
            var tenant = RequestValues.GetTenant(context.Request);
            var template = await catalog.FindAsync(tenant, name, version, context.RequestAborted).ConfigureAwait(false);
            return template is null
                ? Problem.Unknown("template")
                : await RenderAsync(context, catalog, template, preview, body.Errors).ConfigureAwait(false);
        });

    private static int? ReadVersion(JsonField field)
    {
        var version = field.Number();
        if (version < 1)
            field.Wrong(FieldErrorCodes.OutOfRange, "Must be a version number, 1 or more.");
        return version;
    }

    private static async Task<IResult> RenderAsync(
        HttpContext context,
        ITemplateCatalog catalog,
        Template template,
        TemplatePreview preview,
        FieldErrors errors
    )
    {
        if (errors.Any)
        {
            errors.Add(catalog.Validate(template));
            return Problem.InvalidFields(errors);
        }

        try
        {
            var contents = await catalog.PreviewAsync(template, preview, context.RequestAborted).ConfigureAwait(false);
            return TypedResults.Json(new PreviewView([.. contents.Select(Show)]), TemplatesJson.Default.PreviewView);
        }
        catch (InvalidRequestException exception)
        {
            errors.Add(exception.Errors);
            return Problem.InvalidFields(errors);
        }
    }

    private static TemplatePreview Read(TemplatePreview preview, JsonField field, params ReadOnlySpan<string> known)
    {
        switch (field.Name)
        {
            case "data":
                return preview with { Data = field.Object() };
            case "recipient":
                return preview with { Recipient = field.Object() };
            case "locale":
                return preview with { Locale = field.Text() };
            case "timeZone":
                return preview with { TimeZone = field.Text() };
            default:
                field.Unknown(known);
                return preview;
        }
    }

    private static TemplateVariant Show(ContentVariant variant) =>
        new()
        {
            Channel = variant.Channel,
            Locale = variant.Locale,
            Title = variant.Content.Title,
            Body = variant.Content.Body,
            Html = variant.Content.Html,
        };
}

/// <summary>The response to a preview.</summary>
internal sealed record PreviewView(IReadOnlyList<TemplateVariant> Variants);
