namespace Notify;

/// <summary>
/// The texts of a kind of notification per channel and locale, in Liquid. Saving a template again makes a new version.
/// </summary>
public sealed record Template
{
    /// <summary>On whose behalf.</summary>
    public string Tenant { get; init; } = Trigger.DefaultTenant;

    /// <summary>The name that triggers use. 1 to 256 characters.</summary>
    public required string Name { get; init; }

    /// <summary>Counts from 1; the store sets it.</summary>
    public int Version { get; init; }

    /// <summary>The texts. At least one; at most one for each pair of channel and locale.</summary>
    public required IReadOnlyList<TemplateVariant> Variants { get; init; }

    /// <summary>When this version was saved.</summary>
    public DateTimeOffset SavedAt { get; init; }
}

/// <summary>
/// A template's texts for one channel and locale. Variables are HTML-escaped in <see cref="Html"/> and nowhere else.
/// </summary>
/// <param name="Channel">The channel, or null for every channel that has no variant of its own.</param>
/// <param name="Locale">
/// A BCP 47 tag, or null for every locale that has no variant of its own: <c>pt-BR</c> falls back to <c>pt</c>, then to null.
/// </param>
/// <param name="Title">The title or subject.</param>
/// <param name="Body">The plain text.</param>
/// <param name="Html">The HTML.</param>
public sealed record TemplateVariant(Channel? Channel, string? Locale, string? Title, string? Body, string? Html = null);
