using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;

namespace Notify.Dashboard.Rendering;

/// <summary>Carries the message about an action from its form to the page that follows, which shows it once.</summary>
internal static class NoticeCookie
{
    private const string Name = "notify-dashboard-notice";

    // Browsers drop a cookie of more than 4096 bytes, of which the encryption takes a part.
    private const int MaxLength = 600;

    public static void Write(HttpContext http, IDataProtector protector, PageNotice notice) =>
        http.Response.Cookies.Append(
            Name,
            protector.Protect((notice.IsError ? "!" : "+") + Shorten(notice.Text)),
            CreateOptions(http, TimeSpan.FromMinutes(1))
        );

    public static PageNotice? Read(HttpContext http, IDataProtector protector)
    {
        if (!HttpMethods.IsGet(http.Request.Method) || http.Request.Cookies[Name] is not { } value)
            return null;

        http.Response.Cookies.Delete(Name, CreateOptions(http, null));
        try
        {
            var text = protector.Unprotect(value);
            return new PageNotice(text[1..], text[0] == '!');
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static string Shorten(string text) => text.Length <= MaxLength ? text : $"{text[..MaxLength]}…";

    private static CookieOptions CreateOptions(HttpContext http, TimeSpan? age) =>
        new()
        {
            HttpOnly = true,
            IsEssential = true,
            MaxAge = age,
            Path = http.Request.PathBase.HasValue ? http.Request.PathBase.Value : "/",
            SameSite = SameSiteMode.Strict,
            Secure = http.Request.IsHttps,
        };
}
