namespace Notify.Providers.Smtp.Tests;

public sealed class SmtpConformanceTests : MailConformance;
