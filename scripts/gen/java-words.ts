// Writes assembly/core/generated/java-words.ts: names of Java that injected expressions and serialised objects use, by what a
// mention proves. Packages are prefixes: every class below them counts.
//
// Sources: ysoserial, marshalsec and the deny lists of Jackson, XStream, fastjson and Struts (names only).
//
// Run: npx tsx scripts/gen/java-words.ts
import { writeTable, type WordClasses } from "./word-table.ts";

const inPackage = (prefix: string, names: string): string =>
  names
    .split(" ")
    .map((name) => prefix + name)
    .join(" ");

const STREAMS =
  "bufferedinputstream bufferedoutputstream bufferedreader bufferedwriter bytearrayinputstream bytearrayoutputstream " +
  "chararrayreader chararraywriter datainputstream dataoutputstream file fileinputstream fileoutputstream filereader filewriter " +
  "filterinputstream filteroutputstream filterreader filterwriter inputstream inputstreamreader linenumberreader " +
  "objectinputstream objectoutputstream outputstream outputstreamwriter pipedinputstream pipedoutputstream pipedreader pipedwriter " +
  "printstream printwriter pushbackinputstream pushbackreader randomaccessfile reader sequenceinputstream streamtokenizer " +
  "stringreader stringwriter writer";

const CLASSES: WordClasses = {
  /** Classes of gadgets and packages full of them: no service wants them named where a value stands. */
  GADGET: [
    inPackage(
      "com.sun.",
      "rowset org.apache xml.internal jndi corba jmx.remote deploy java.util.jar syndication.feed.impl",
    ),
    inPackage(
      "org.apache.",
      "commons.collections commons.collections4 commons.configuration commons.configuration2 commons.fileupload.disk " +
        "commons.beanutils commons.io.input commons.io.output commons.dbcp commons.dbcp2 commons.jelly commons.jxpath commons.proxy " +
        "commons.text.lookup xalan xbean tomcat.dbcp tomcat.jdbc ibatis shiro.jndi shiro.realm catalina.users catalina.connector " +
        "bcel openjpa.ee cocoon.components hadoop.shaded log4j.jndi log4j.receivers aries.transaction axis2.jaxws.spi wicket.util.upload " +
        "click.control myfaces.context myfaces.el xpath cxf.jaxrs.provider.xslt ignite.cache.jta batik.swing velocity.runtime struts2",
    ),
    inPackage(
      "org.",
      "codehaus.groovy.runtime codehaus.jackson springframework.context.support springframework.beans.factory.config " +
        "springframework.core.serializabletypewrapper springframework.aop.framework springframework.transaction.jta " +
        "springframework.jndi springframework.expression springframework.web.util.springel mozilla.javascript jboss.ejb3 jboss.interceptor jboss.weld python.core hibernate.jmx hibernate.engine.spi " +
        "hibernate.tuple hibernate.type omg.corba yaml.snakeyaml h2.jdbcx h2.server quartz.utils eclipse.jetty.plus eclipse.jetty.jndi jdom.transform " +
        "jdom2.transform jsecurity.realm zeroturnaround.javarebel apache.tools.ant.taskdefs",
    ),
    "com.mchange.v2.c3p0 com.mchange.v2.naming com.zaxxer.hikari.hikariconfig com.ibatis com.opensymphony.xwork2 com.opensymphony.webwork " +
      "com.caucho com.nqadmin.rowset com.pastdev.httpcomponents com.newrelic.agent com.vaadin.data.util com.mysql.cj.jdbc.admin " +
      "com.p6spy.engine com.atomikos.icatch ch.qos.logback.core.db ch.qos.logback.core.jndi br.com.anteros " +
      "net.sf.ehcache.transaction net.sf.ehcache.hibernate net.sf.json oracle.jdbc.rowset oracle.jdbc.connector oracle.toplink oracle.jms " +
      "weblogic.jms weblogic.ejb weblogic.cluster weblogic.iiop clojure.core clojure.inspector clojure.lang jdk.nashorn jdk.internal jdk.jshell bsh.interpreter bsh.xthis " +
      "bsh.servlet ognl.ognlcontext ognl.ognl ognl.ognlutil groovy.lang groovy.util groovy.transform groovy.text freemarker.template.utility " +
      "sun.misc.unsafe sun.misc.base64decoder sun.reflect.annotation sun.rmi sun.print sun.swing",
    inPackage(
      "javax.",
      "script.scriptenginemanager script.scriptengine naming.initialcontext naming.ldap management.badattributevalueexpexception management.remote " +
        "swing.jeditorpane swing.uidefaults imageio.imageio imageio.spi activation.datahandler xml.transform sql.rowset media.jai",
    ),
    inPackage(
      "java.",
      "beans.eventhandler beans.xmldecoder beans.expression util.priorityqueue util.serviceloader rmi.server rmi.registry security.signedobject " +
        "util.logging.filehandler lang.processbuilder lang.processimpl lang.unixprocess net.urlclassloader lang.invoke sql.drivermanager",
    ),
    "invokertransformer clonetransformer instantiatetransformer constanttransformer chainedtransformer prototypeclonefactory " +
      "prototypeserializationfactory instantiatefactory forclosure whileclosure lazymap tiedmapentry templatesimpl " +
      "badattributevalueexpexception annotationinvocationhandler jdbcrowsetimpl jndirealmfactory c3p0combopooleddatasource " +
      "wrapperconnectionpooldatasource beancomparator pojonode",
  ].join(" "),
  /** Classes that reach the system: their mention in an expression counts, in a sentence it does not. */
  SYSTEM:
    inPackage("java.lang.", "runtime system classloader class process math compiler runtimepermission") +
    " java.runtime java.processbuilder",
  /** Such classes that traces and reports name too: only where an expression uses them. */
  EXPRESSION:
    "java.lang.thread java.lang.throwable java.util.scanner java.net.url java.net.uri java.net.socket java.nio.file.files java.nio.file.paths " +
    "java.net.inetaddress java.net.inet4address java.net.inet6address java.net.inetsocketaddress java.lang.autocloseable java.lang.exception java.util.base64",
  /** Only as the whole value. */
  PLAIN:
    inPackage(
      "java.lang.",
      "object string stringbuilder stringbuffer integer number long double boolean character byte void reflect " +
        "reflect.proxy package iterable",
    ) +
    " " +
    inPackage("java.io.", STREAMS),
  /** Methods and constructors whose call runs or loads something. */
  CALL:
    "getruntime runtime.getruntime forname class.forname processbuilder scriptenginemanager getenginebyname getenginebyextension defineclass getmethod " +
    "getdeclaredmethod getdeclaredmethods getdeclaredconstructor getdeclaredconstructors getdeclaredfield getclassloader getcontextclassloader currentthread groovyshell groovyclassloader " +
    "classpathxmlapplicationcontext filesystemxmlapplicationcontext urlclassloader objectinputstream ioutils.tostring " +
    "servletactioncontext getsystemclassloader loadlibrary getmethods javaimpersonater thread.currentthread ioutils getinputstream asttest grab grabconfig grabresolver",
};

writeTable(CLASSES, "assembly/core/generated/java-words.ts", "scripts/gen/java-words.ts", "JAVA", 1024);
