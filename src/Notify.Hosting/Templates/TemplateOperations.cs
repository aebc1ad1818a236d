using Notify.Hosting.OpenApi;

namespace Notify.Hosting.Templates;

/// <summary>Describes the endpoints of templates.</summary>
internal static class TemplateOperations
{
    private const string Tag = "templates";

    public static ApiOperation List { get; } =
        new("listTemplates", Tag, "Lists templates, ordered by name.")
        {
            Scope = ApiScope.Read,
            Parameters = ApiParameters.NamedPage,
            Responses = [ApiResponse.Ok(() => TemplatesJson.Default.TemplatesView, "A page of templates.")],
        };

    public static ApiOperation Get { get; } =
        new("getTemplate", Tag, "Shows a template.")
        {
            Scope = ApiScope.Read,
            Parameters = [ApiParameter.Query("version", _ => Schema.Whole("The version. The default is the latest one.", 1))],
            Problems = [ProblemCodes.NotFound],
            Responses = [ApiResponse.Ok(() => TemplatesJson.Default.Template, "The template.")],
        };

    public static ApiOperation ListVersions { get; } =
        new("listTemplateVersions", Tag, "Lists the versions of a template, newest first.")
        {
            Scope = ApiScope.Read,
            Parameters = ApiParameters.Page,
            Problems = [ProblemCodes.NotFound],
            Responses = [ApiResponse.Ok(() => TemplatesJson.Default.TemplateVersionsView, "A page of versions.")],
        };

    public static ApiOperation Save { get; } =
        new("saveTemplate", Tag, "Saves a new version of a template.")
        {
            Scope = ApiScope.Manage,
            Body = TemplateSchema.Refer,
            BodyExample = """{ "variants": [{ "title": "Order {{ order }}", "body": "Hi {{ recipient.name }}" }] }""",
            Responses =
            [
                ApiResponse.Ok(
                    () => TemplatesJson.Default.SavedView,
                    "The new version.",
                    """{ "name": "order-shipped", "version": 3 }"""
                ),
            ],
        };

    public static ApiOperation Delete { get; } =
        new("deleteTemplate", Tag, "Deletes all versions of a template.")
        {
            Scope = ApiScope.Manage,
            Problems = [ProblemCodes.NotFound],
            Responses = [ApiResponse.NoContent("The template is deleted.")],
        };

    public static ApiOperation PreviewDraft { get; } =
        new("previewTemplateDraft", Tag, "Renders a draft. Nothing is saved or sent.")
        {
            Scope = ApiScope.Read,
            Body = TemplateSchema.ReferDraftPreview,
            BodyExample = """{ "variants": [{ "body": "Order {{ order }}" }], "data": { "order": 42 } }""",
            Responses = [ApiResponse.Ok(() => TemplatesJson.Default.PreviewView, "The rendered variants.")],
        };

    public static ApiOperation PreviewSaved { get; } =
        new("previewTemplate", Tag, "Renders a saved template. Nothing is sent.")
        {
            Scope = ApiScope.Read,
            Body = TemplateSchema.ReferPreview,
            BodyExample = """{ "data": { "order": 42 }, "locale": "sv" }""",
            Problems = [ProblemCodes.NotFound],
            Responses = [ApiResponse.Ok(() => TemplatesJson.Default.PreviewView, "The rendered variants.")],
        };
}
