using System.ComponentModel.DataAnnotations;

namespace Notify;

/// <summary>Options for the page on which users change their preferences. They are validated at start.</summary>
public sealed class PreferencePageOptions : IValidatableObject
{
    /// <summary>
    /// Gets or sets the public URL of the <c>/v1/preferences</c> endpoint of <c>MapNotifications()</c>, such as
    /// <c>https://example.org/notify/v1/preferences</c>. It must be an https URL. Required.
    /// </summary>
    [Required]
    public Uri? Url { get; set; }

    /// <summary>
    /// Gets or sets the secret that signs the links. 32 to 1,024 characters. All nodes must have the same secret, and existing
    /// links stop working when it changes. Required.
    /// </summary>
    [Required, StringLength(1_024, MinimumLength = 32)]
    public string? Key { get; set; }

    /// <summary>Gets or sets how long a link works. 1 hour to 10 years; default 90 days.</summary>
    [TimeRange("01:00:00", "3650.00:00:00")]
    public TimeSpan LinkLifetime { get; set; } = TimeSpan.FromDays(90);

    /// <summary>Gets the categories that the page shows, in order. At least one.</summary>
    public IList<PreferenceCategory> Categories { get; } = [];

    /// <summary>
    /// Gets the channels that the page shows, in order. If empty, it shows those of the application's providers. Channels for which
    /// the user has no address are left out.
    /// </summary>
    public IList<Channel> Channels { get; } = [];

    /// <summary>
    /// Gets the texts of the page by language tag, such as <c>sv</c>. The closest one to the user's locale is used, then the one
    /// whose tag is empty, then English.
    /// </summary>
    public IDictionary<string, PreferencePageTexts> Texts { get; } =
        new Dictionary<string, PreferencePageTexts>(StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext validationContext)
    {
        if (Url is not { IsAbsoluteUri: true, Scheme: "https" })
            yield return new ValidationResult("Url must be an absolute https URL.", [nameof(Url)]);
        if (Categories.Count == 0)
            yield return new ValidationResult("At least one category is required.", [nameof(Categories)]);
        if (Categories.Any(category => string.IsNullOrWhiteSpace(category.Name) || category.Name.Any(char.IsControl)))
            yield return new ValidationResult("Every category needs a name without control characters.", [nameof(Categories)]);
        if (Categories.GroupBy(category => category.Name, StringComparer.Ordinal).Any(same => same.Count() > 1))
            yield return new ValidationResult("Two categories have the same name.", [nameof(Categories)]);
    }
}

/// <summary>A category on the page of preferences.</summary>
public sealed class PreferenceCategory
{
    /// <summary>Gets or sets the name of the category, as triggers use it. Required.</summary>
    public string Name { get; set; } = "";

    /// <summary>Gets or sets the name for people; null to show <see cref="Name"/>.</summary>
    public string? Title { get; set; }

    /// <summary>Gets or sets a description for people.</summary>
    public string? Description { get; set; }

    /// <summary>
    /// Gets or sets whether the category is always sent, such as receipts. The page shows it, but it cannot be switched off there.
    /// This is also true for mandatory categories. Default: false.
    /// </summary>
    public bool IsTransactional { get; set; }

    /// <summary>Gets the titles in other languages, by language tag.</summary>
    public IDictionary<string, string> Titles { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets the descriptions in other languages, by language tag.</summary>
    public IDictionary<string, string> Descriptions { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
}

/// <summary>The texts of the page of preferences in one language. The defaults are English.</summary>
public sealed class PreferencePageTexts
{
    /// <summary>Gets or sets the heading.</summary>
    public string Heading { get; set; } = "Your notifications";

    /// <summary>Gets or sets the text below the heading.</summary>
    public string Introduction { get; set; } = "Choose what you want to receive, and how.";

    /// <summary>Gets or sets the text of a category that is always sent.</summary>
    public string AlwaysSent { get; set; } = "Always sent";

    /// <summary>Gets or sets the text of the button that saves.</summary>
    public string Save { get; set; } = "Save";

    /// <summary>Gets or sets the text of the button that switches everything off.</summary>
    public string SwitchAllOff { get; set; } = "Switch everything off";

    /// <summary>Gets or sets the text that confirms the change.</summary>
    public string Saved { get; set; } = "Your choices are saved.";

    /// <summary>Gets the names of channels, such as <c>email</c>. A missing one is shown as it is, with a capital letter.</summary>
    public IDictionary<string, string> Channels { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal) { ["sms"] = "SMS" };
}
