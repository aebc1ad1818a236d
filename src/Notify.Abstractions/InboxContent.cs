namespace Notify;

/// <summary>
/// The parts of an inbox item besides its title, body and data. Other channels ignore them. A URL is either an absolute
/// <c>http</c> or <c>https</c> URL, or a path such as <c>/orders/42</c>, which is relative to the page that shows the inbox.
/// </summary>
public sealed record InboxContent
{
    /// <summary>The maximum number of <see cref="Actions"/>.</summary>
    public const int MaxActions = 5;

    /// <summary>The maximum length of a URL, in characters.</summary>
    public const int MaxUrlLength = 2_048;

    /// <summary>Gets the URL that opens when the user selects the item; null if nothing opens.</summary>
    public string? Url { get; init; }

    /// <summary>Gets the URL of an image that is shown beside the text; null for none.</summary>
    public string? ImageUrl { get; init; }

    /// <summary>Gets the buttons below the text; null for none. At most 5.</summary>
    public IReadOnlyList<InboxAction>? Actions { get; init; }

    /// <summary>Returns the name of the type and none of the content.</summary>
    public override string ToString() => nameof(InboxContent);
}

/// <summary>A button of an inbox item, which opens a URL.</summary>
public sealed record InboxAction
{
    /// <summary>The maximum length of <see cref="Label"/>, in characters.</summary>
    public const int MaxLabelLength = 100;

    /// <summary>Gets the text on the button. 1 to 100 characters, without control characters.</summary>
    public required string Label { get; init; }

    /// <summary>Gets the URL that the button opens; see <see cref="InboxContent"/>.</summary>
    public required string Url { get; init; }

    /// <summary>Returns the name of the type and none of the content.</summary>
    public override string ToString() => nameof(InboxAction);
}
