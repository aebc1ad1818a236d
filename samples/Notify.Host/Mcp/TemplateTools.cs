using System.ComponentModel;
using System.Text.Json;
using ModelContextProtocol.Server;

namespace Notify.Host.Mcp;

/// <summary>The tools that look into templates.</summary>
internal sealed class TemplateTools(ITemplateCatalog templates, IHttpContextAccessor accessor)
{
    [McpServerTool(Name = "preview_template", Title = "Preview a template", ReadOnly = true, UseStructuredContent = true)]
    [Description("Renders a saved template. Nothing is sent.")]
    public async Task<IReadOnlyList<RenderedVariant>> PreviewAsync(
        [Description("The name.")] string name,
        [Description("The version; without it, the latest one.")] int? version = null,
        [Description("An object with the variables of the template.")] JsonElement? data = null,
        [Description("The language of the recipient, such as sv; without it, all variants are shown.")] string? locale = null,
        [Description("The time zone of the recipient, such as Europe/Stockholm.")] string? timeZone = null,
        CancellationToken cancellationToken = default
    )
    {
        var template = await templates.FindAsync(accessor.GetCaller().Tenant, name, version, cancellationToken)
            ?? throw ToolErrors.CreateUnknown("template");
        var preview = new TemplatePreview
        {
            DataElement = data,
            Locale = locale,
            TimeZone = timeZone,
        };
        var rendered = await templates.PreviewAsync(template, preview, cancellationToken);
        return [.. rendered.Select(RenderedVariant.Create)];
    }
}

/// <summary>A rendered variant of a template.</summary>
internal sealed record RenderedVariant(string? Channel, string? Locale, string? Title, string? Body, string? Html)
{
    public static RenderedVariant Create(ContentVariant variant) =>
        new(variant.Channel?.Name, variant.Locale, variant.Content.Title, variant.Content.Body, variant.Content.Html);
}
