using Notify.Providers;

namespace Notify.Core.Tests;

/// <summary>
/// Which languages users, devices and templates may name. These tests run without culture data, as small images do.
/// </summary>
public sealed class LocaleTests
{
    [Theory]
    [InlineData("sv")]
    [InlineData("pt-BR")]
    [InlineData("zh-Hant-TW")]
    [InlineData("es-419")]
    [InlineData("de-CH-1996")]
    [InlineData("x-klingon", false)]
    [InlineData("", false)]
    [InlineData("e", false)]
    [InlineData("en_US", false)]
    [InlineData("en-", false)]
    [InlineData("-en", false)]
    [InlineData("en--US", false)]
    [InlineData("1996-de", false)]
    [InlineData("svenskaspråket", false)]
    [InlineData("no such language", false)]
    [InlineData("en-abcdefghi", false)]
    [InlineData("en-aaaaaaaa-bbbbbbbb-cccccccc-ddddd")]
    [InlineData("en-aaaaaaaa-bbbbbbbb-cccccccc-dddddd", false)]
    public async Task A_locale_is_a_well_formed_language_tag(string locale, bool isOne = true)
    {
        var mail = new ScriptedProvider("mail", Channel.Email, _ => Outcome.Sent());
        await using var application = await TestApplication.StartAsync(mail);
        var directory = application.Directory;

        var refused = new[]
        {
            await RefusedAsync(directory.SaveUserAsync(new User { Id = "ada", Locale = locale })),
            await RefusedAsync(
                directory.RegisterDeviceAsync(
                    new Device
                    {
                        Id = "phone",
                        UserId = "ada",
                        Platform = Platform.Android,
                        Token = "token",
                        Locale = locale,
                    }
                )
            ),
            await RefusedAsync(
                application.Templates.SaveAsync(
                    new Template { Name = "welcome", Variants = [new TemplateVariant { Locale = locale, Body = "text" }] }
                )
            ),
        };

        Assert.Equal(isOne ? [null, null, null] : ["locale", "locale", "variants[0].locale"], refused);
    }

    private static async Task<string?> RefusedAsync(Task saving)
    {
        try
        {
            await saving;
            return null;
        }
        catch (InvalidRequestException exception)
        {
            return Assert.Single(exception.Errors).Field;
        }
    }
}
