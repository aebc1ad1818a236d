using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Notify;

/// <summary>Saves, previews and deletes templates. A template is checked before it is stored.</summary>
public interface ITemplateCatalog
{
    /// <summary>
    /// Saves a template as the next version of its name and returns the version. Triggers use the newest version within a
    /// second, in every process. Beyond <see cref="TemplateLimits.MaxVersions"/> the oldest versions are deleted.
    /// </summary>
    /// <exception cref="InvalidRequestException">The template is wrong; the exception names every wrong field.</exception>
    Task<int> SaveAsync(Template template, CancellationToken cancellationToken = default);

    /// <summary>
    /// Returns what is wrong with a template, or nothing, for a front end that reports errors of its own with them.
    /// </summary>
    IReadOnlyList<FieldError> Validate(Template template);

    /// <summary>
    /// Renders a template without saving or sending anything, within the same limits and with the same errors as a trigger.
    /// </summary>
    /// <param name="template">The template, saved or not.</param>
    /// <param name="preview">The data, and whom to render for.</param>
    /// <param name="cancellationToken">Stops the rendering.</param>
    /// <returns>The rendered variants; with a locale, for each channel the one that its recipients would get.</returns>
    /// <exception cref="InvalidRequestException">The template or the data is wrong; the exception names every wrong
    /// field.</exception>
    Task<IReadOnlyList<ContentVariant>> PreviewAsync(
        Template template,
        TemplatePreview preview,
        CancellationToken cancellationToken = default
    );

    /// <summary>
    /// Deletes a template with all its versions; false when there is none. Triggers that name it are refused within a second.
    /// A digest that waits to be rendered with it becomes a dead letter.
    /// </summary>
    Task<bool> DeleteAsync(string tenant, string name, CancellationToken cancellationToken = default);
}

/// <summary>The data of a preview, and whom it is for.</summary>
public sealed record TemplatePreview
{
    private readonly JsonElement? _data;

    /// <summary>
    /// Gets the template's variables: any object that System.Text.Json writes as a JSON object. For a digest's template, give
    /// <c>events</c> and <c>count</c>.
    /// </summary>
    public object? Data
    {
        get => _data;
        [RequiresUnreferencedCode("Writes any object as JSON. Use a JsonElement where that is not available.")]
        [RequiresDynamicCode("Writes any object as JSON. Use a JsonElement where that is not available.")]
        init =>
            _data = value switch
            {
                null => null,
                JsonElement element => element.Clone(),
                _ => JsonSerializer.SerializeToElement(value, JsonSerializerOptions.Web),
            };
    }

    /// <summary>Gets the recipient's locale, a BCP 47 tag; null to render every variant.</summary>
    public string? Locale { get; init; }

    /// <summary>Gets the recipient's IANA time zone; null for UTC.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Returns the locale and time zone; never the data.</summary>
    public override string ToString() => $"Preview {Locale} {TimeZone}";

    internal JsonElement? DataElement => _data;
}
