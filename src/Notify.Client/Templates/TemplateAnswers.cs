using System.Text.Json;
using System.Text.Json.Serialization;
using Notify.Client.Calls;

namespace Notify.Client.Templates;

/// <summary>A template to save. The path has its name, and a header its tenant.</summary>
internal sealed record TemplateBody(IReadOnlyList<TemplateVariant> Variants, string? Layout, bool? Track);

/// <summary>A draft to render.</summary>
internal sealed record PreviewBody(
    IReadOnlyList<TemplateVariant> Variants,
    string? Layout,
    JsonElement? Data,
    JsonElement? Recipient,
    string? Locale,
    string? TimeZone
);

internal sealed record SavedTemplateAnswer(int Version);

/// <summary>The rendered variants, which have the form of the variants of a template.</summary>
internal sealed record PreviewAnswer(IReadOnlyList<TemplateVariant> Variants);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(TemplateBody))]
[JsonSerializable(typeof(PreviewBody))]
[JsonSerializable(typeof(Template))]
[JsonSerializable(typeof(SavedTemplateAnswer))]
[JsonSerializable(typeof(PreviewAnswer))]
[JsonSerializable(typeof(PageAnswer<TemplateSummary>))]
[JsonSerializable(typeof(PageAnswer<VersionSummary>))]
internal sealed partial class TemplateJson : JsonSerializerContext;
