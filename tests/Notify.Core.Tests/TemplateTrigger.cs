using System.Text.Json;

namespace Notify.Core.Tests;

/// <summary>A trigger of the template "welcome".</summary>
internal static class TemplateTrigger
{
    private const string Template = "welcome";

    public static Trigger Create(object? data) =>
        new()
        {
            To = Recipient.Email("ada@example.org"),
            Template = Template,
            Data = data,
        };

    /// <summary>Saves the template and triggers it; returns why it was refused, or nothing.</summary>
    public static async Task<IReadOnlyList<FieldError>> SendAsync(
        TestApplication application,
        TemplateVariant[] variants,
        string data
    )
    {
        await application.Templates.SaveAsync(new Template { Name = Template, Variants = variants });
        try
        {
            await application.SendAsync(Create(JsonDocument.Parse(data).RootElement));
            return [];
        }
        catch (InvalidRequestException exception)
        {
            return exception.Errors;
        }
    }
}
