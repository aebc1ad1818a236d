namespace Notify;

/// <summary>
/// The texts of one type of notification for each channel and locale, written in Liquid. Saving a template again creates a new
/// version.
/// </summary>
public sealed record Template
{
    /// <summary>Gets the tenant. Default: <see cref="Trigger.DefaultTenant"/>.</summary>
    public string Tenant { get; init; } = Trigger.DefaultTenant;

    /// <summary>Gets the name that triggers use. 1 to 256 characters.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the version, which is set by the store and starts at 1.</summary>
    public int Version { get; init; }

    /// <summary>
    /// Gets the name of the template around this one; null for none. Its texts show the bodies and the HTML of this template as
    /// <c>content</c>. The newest version is used. It must not have a layout itself.
    /// </summary>
    public string? Layout { get; init; }

    /// <summary>
    /// Gets whether opens and clicks in the HTML may be tracked; null or true if the tenant decides (<see cref="ITracking"/>),
    /// false for never.
    /// </summary>
    public bool? Track { get; init; }

    /// <summary>Gets the texts. At least one, and at most one for each combination of channel and locale.</summary>
    public required IReadOnlyList<TemplateVariant> Variants { get; init; }

    /// <summary>Gets the time at which this version was saved.</summary>
    public DateTimeOffset SavedAt { get; init; }
}

/// <summary>The texts of a template for one channel and locale. Variables are HTML-escaped in <see cref="Html"/> only.</summary>
public sealed record TemplateVariant
{
    /// <summary>Gets the channel, or null for every channel without a more specific variant.</summary>
    public Channel? Channel { get; init; }

    /// <summary>
    /// Gets a BCP 47 tag, or null for every locale without a more specific variant: <c>pt-BR</c> falls back to <c>pt</c>, then to
    /// null.
    /// </summary>
    public string? Locale { get; init; }

    /// <summary>Gets the title or subject.</summary>
    public string? Title { get; init; }

    /// <summary>Gets the plain text.</summary>
    public string? Body { get; init; }

    /// <summary>Gets the HTML.</summary>
    public string? Html { get; init; }

    /// <summary>
    /// Gets the link, the image and the buttons of an inbox item, whose URLs and labels are written in Liquid; null for none. A
    /// URL or a button that renders to nothing is left out. A rendered URL that <see cref="InboxContent"/> does not allow is an
    /// error of the trigger. Insert values with the filter <c>url_encode</c>.
    /// </summary>
    public InboxContent? Inbox { get; init; }
}
