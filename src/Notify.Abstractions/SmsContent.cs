namespace Notify;

/// <summary>The parts of an SMS besides its body. Other channels ignore them.</summary>
public sealed record SmsContent
{
    /// <summary>
    /// Gets the sender: a number in E.164 form (<c>+46701234567</c>), a short code of 3 to 8 digits, or an alphanumeric sender ID
    /// of at most 11 characters with at least one letter. The options of the provider must allow it (<c>AllowedFrom</c>). Null
    /// for the sender in the options.
    /// </summary>
    public string? From { get; init; }

    /// <summary>Returns the name of the type and none of the content.</summary>
    public override string ToString() => nameof(SmsContent);
}
