using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Notify.Dashboard.Access;

/// <summary>
/// The services that only the dashboard uses: cookie authentication, anti-forgery and data protection. They are apart from those
/// of the application, so that the dashboard needs no registration and changes nothing in the application's own sign-in.
/// </summary>
internal static class DashboardServices
{
    /// <summary>The name of the scheme and of the cookie of a session.</summary>
    public const string Scheme = "notify-dashboard";

    public static ServiceProvider Create(IServiceProvider application, NotifyDashboardOptions options)
    {
        var services = new ServiceCollection();
        services.AddSingleton(application.GetRequiredService<ILoggerFactory>());
        services.AddSingleton(application.GetRequiredService<TimeProvider>());
        services.AddSingleton(new ApplicationServices(application));
        services.AddLogging();
        // The keys are in the store of Notify, so a session that one process began is valid in all of them, and after a restart.
        services.AddDataProtection().SetApplicationName(Scheme);
        services.Configure<KeyManagementOptions>(keys =>
        {
            keys.XmlRepository = new KeyDocuments(application);
            keys.XmlEncryptor = new KeyEncryptor(application);
        });
        services.AddAntiforgery(forms =>
        {
            forms.Cookie.Name = $"{Scheme}-form";
            forms.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            forms.FormFieldName = "token";
            forms.SuppressXFrameOptionsHeader = true;
        });
        var authentication = services
            .AddAuthentication()
            .AddCookie(Scheme, cookies =>
            {
                cookies.Cookie.Name = Scheme;
                cookies.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
                cookies.ExpireTimeSpan = options.SessionLifetime;
            });
        if (options.OpenIdConnect is { } identityProvider)
            authentication.AddOpenIdConnect(PersonSignIn.Scheme, person => PersonSignIn.Configure(person, identityProvider));
        var provider = services.BuildServiceProvider();
        application.GetService<IHostApplicationLifetime>()?.ApplicationStopped.Register(provider.Dispose);
        return provider;
    }
}

/// <summary>The services of the application, for parts that the services of the dashboard create.</summary>
internal sealed record ApplicationServices(IServiceProvider Provider);
