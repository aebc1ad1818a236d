using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Notify;

/// <summary>
/// The catalog of templates. Templates are validated before they are stored. The HTTP API is built on this interface, so both
/// validate, page and answer in the same way.
/// </summary>
public interface ITemplateCatalog
{
    /// <summary>Finds a version of a template.</summary>
    /// <param name="tenant">The tenant of the template.</param>
    /// <param name="name">The name of the template.</param>
    /// <param name="version">The version; null for the newest.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The template; null if it does not exist or the version was deleted.</returns>
    Task<Template?> FindAsync(string tenant, string name, int? version = null, CancellationToken cancellationToken = default);

    /// <summary>Lists templates with their newest versions, in ordinal order of their names.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="page">The page; null for the first 100.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <exception cref="InvalidRequestException">The page is invalid.</exception>
    Task<Page<TemplateSummary>> ListAsync(string tenant, PageRequest? page = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Saves a template as the next version under its name. Triggers in all processes use the newest version within a second. If
    /// there are more than <see cref="TemplateLimits.MaxVersions"/> versions, the oldest are deleted.
    /// </summary>
    /// <param name="template">The template.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The version that was saved.</returns>
    /// <exception cref="InvalidRequestException">The template is invalid. The exception lists every invalid field.</exception>
    Task<int> SaveAsync(Template template, CancellationToken cancellationToken = default);

    /// <summary>
    /// Validates a template without reading the store, so whether the templates that it renders exist is not checked. A front end
    /// can use this method to report these errors together with its own.
    /// </summary>
    /// <param name="template">The template.</param>
    /// <returns>The errors; empty if the template is valid.</returns>
    IReadOnlyList<FieldError> Validate(Template template);

    /// <summary>Finds the variants of a valid template for a channel that no provider of the application serves.</summary>
    /// <param name="template">The template.</param>
    /// <returns>The warnings; empty if there are none.</returns>
    IReadOnlyList<FieldWarning> FindWarnings(Template template);

    /// <summary>
    /// Renders a template without saving or sending anything. The limits and errors are the same as for a trigger.
    /// </summary>
    /// <param name="template">The template, whether saved or not.</param>
    /// <param name="preview">The data, and the recipient's locale and time zone.</param>
    /// <param name="cancellationToken">A token to stop the rendering.</param>
    /// <returns>
    /// The rendered variants. If a locale is given, only the variant for each channel that a recipient with that locale would
    /// get.
    /// </returns>
    /// <exception cref="InvalidRequestException">
    /// The template or the data is invalid. The exception lists every invalid field.
    /// </exception>
    Task<IReadOnlyList<ContentVariant>> PreviewAsync(
        Template template,
        TemplatePreview preview,
        CancellationToken cancellationToken = default
    );

    /// <summary>
    /// Deletes a template with all its versions. Within a second, triggers that name it are rejected. An open digest that was to
    /// be rendered with it becomes a dead letter.
    /// </summary>
    /// <param name="tenant">The tenant of the template.</param>
    /// <param name="name">The name of the template.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns><see langword="true"/> if the template was deleted; <see langword="false"/> if it does not exist.</returns>
    /// <exception cref="InvalidRequestException">Other templates render this one, or have it as their layout.</exception>
    Task<bool> DeleteAsync(string tenant, string name, CancellationToken cancellationToken = default);
}

/// <summary>The data for a preview, and the recipient's locale and time zone.</summary>
public sealed record TemplatePreview
{
    private readonly JsonElement? _data;
    private readonly JsonElement? _recipient;

    /// <summary>
    /// Gets the variables for the template: any object that System.Text.Json serializes as a JSON object. For a digest template,
    /// provide <c>events</c> and <c>count</c>. Applications that are trimmed or compiled ahead of time use <c>WithData</c>
    /// instead.
    /// </summary>
    [JsonIgnore]
    public object? Data
    {
        get => _data;
        [RequiresUnreferencedCode("Serializes an arbitrary object as JSON. Use WithData with a JsonTypeInfo instead.")]
        [RequiresDynamicCode("Serializes an arbitrary object as JSON. Use WithData with a JsonTypeInfo instead.")]
        init => _data = TemplateData.Serialize(value);
    }

    /// <summary>
    /// Gets the recipient that the template shows as <c>recipient</c>: a JSON object with the properties of a user, and, if
    /// needed, the reserved ones such as <c>id</c> and <c>email</c>. Null for a recipient without properties.
    /// </summary>
    public JsonElement? Recipient
    {
        get => _recipient;
        init => _recipient = value?.Clone();
    }

    /// <summary>Gets the locale of the recipient as a BCP 47 tag; null to render every variant.</summary>
    public string? Locale { get; init; }

    /// <summary>Gets the IANA time zone of the recipient; null for UTC.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Returns the locale and time zone; never the data or the recipient.</summary>
    public override string ToString() => $"Preview {Locale} {TimeZone}";

    /// <summary>Gets the variables for the template as JSON: <see cref="Data"/> in the form in which it is used.</summary>
    [JsonPropertyName("data")]
    public JsonElement? DataElement
    {
        get => _data;
        init => _data = value?.Clone();
    }

    /// <summary>Returns a copy of the preview with the specified template variables, serialized without reflection.</summary>
    /// <typeparam name="TData">The type of the variables.</typeparam>
    /// <param name="data">The variables. They must serialize as a JSON object.</param>
    /// <param name="type">The JSON metadata of the variables, from a <see cref="JsonSerializerContext"/>.</param>
    /// <returns>The copy.</returns>
    public TemplatePreview WithData<TData>(TData data, JsonTypeInfo<TData> type) =>
        this with
        {
            DataElement = JsonSerializer.SerializeToElement(data, type),
        };

    /// <summary>Returns a copy of the preview with the specified template variables.</summary>
    /// <param name="data">The variables, a JSON object.</param>
    /// <returns>The copy.</returns>
    public TemplatePreview WithData(JsonElement data) => this with { DataElement = data };
}
